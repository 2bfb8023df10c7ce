// In every document: says so when no page comes. Streamlit then shows nothing at all and tries on.
(() => {
  const PATIENCE = 20_000; // ms: a busy server takes ten
  const SENTENCE =
    "No page has come from the server yet. If this stays, the way to it lets no WebSocket through: " +
    "whoever runs the server finds in .github/deploy/nginx.conf what a proxy must pass on.";
  const began = performance.now();
  let note = null;
  const look = setInterval(() => {
    if (document.querySelector(".st-key-scripts")) {
      note?.remove();
      clearInterval(look);
    } else if (!note && performance.now() - began > PATIENCE) {
      note = Object.assign(document.createElement("p"), { textContent: SENTENCE });
      note.setAttribute("role", "alert");
      note.style.cssText = "position: fixed; z-index: 9; inset: 40% 10% auto; font: 17px/1.5 sans-serif; text-align: center";
      document.body.append(note);
    }
  }, 500);
})();
