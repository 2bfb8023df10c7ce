// What Streamlit sends with every update of a chart: as little as possible. The chart itself comes
// in an element of its own, before or after this one (ui/curves/__init__.py says why).

export default function (update) {
  globalThis.digitscopeCurves ??= new Promise((resolve) => {
    globalThis.digitscopeCurvesArrived = resolve;
  });
  globalThis.digitscopeCurves.then((show) => show(update));
}
