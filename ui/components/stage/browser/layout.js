// Where everything of the network stands: pure arithmetic, in CSS pixels. No DOM.
//
// Each layer with channels is a block of maps in columns of at most `rows` maps; blocks stand from
// left to right in forward order; the ten outputs are a column of rows at the right.

export const CLASSES = 10;
const HEAD = 38; // a layer's name and shape
const NARROWEST_GAP = 20;
const SEAM = 2; // between two maps
const INPUT = [64, 112]; // side of the picture that goes in, at least and at most

// layers: [{name, kind, shape}] without those that show nothing of their own (flatten, dropout, the
// output); width, height: of the whole drawing; answer: {width, top} of the outputs' column.
// Returns {cell, blocks: [{name, kind, x, y, columns, rows, cell, channels, height, width}], outputs}.
export function layout(layers, width, height, answer) {
  const below = height - HEAD;
  const across = width - answer.width;
  const counts = layers.map(({ shape }) => shape.at(-1));
  const gaps = layers.length + 1;
  let best = { cell: 0 };
  for (let rows = 4; rows <= 64; rows++) {
    const columns = counts.map((count) => Math.ceil(count / rows));
    const total = columns.reduce((sum, each) => sum + each, 0);
    const free = across - gaps * NARROWEST_GAP;
    const side = (cell) => Math.min(Math.max(2.6 * cell, INPUT[0]), INPUT[1]);
    const most = Math.max(...counts.map((count, i) => Math.ceil(count / columns[i])));
    let cell = Math.min(below / most, free / (total + 2.6));
    cell = Math.min(cell, (free - side(cell)) / total);
    if (cell > best.cell) best = { cell, columns, total, input: side(cell) };
  }
  const cell = Math.max(Math.floor(best.cell), 4);
  const { columns, total, input } = best;
  const gap = (across - total * cell - input) / gaps;
  const middle = HEAD + below / 2;
  const blocks = [
    { name: "input", kind: "input", x: 0, y: middle - input / 2, columns: 1, rows: 1, cell: input, channels: 1, maps: [28, 28] },
  ];
  let x = input + gap;
  layers.forEach(({ name, kind, shape }, i) => {
    const rows = Math.ceil(counts[i] / columns[i]);
    blocks.push({
      name,
      kind,
      x,
      y: middle - (rows * cell) / 2,
      columns: columns[i],
      rows,
      cell,
      channels: counts[i],
      maps: shape.length === 3 ? shape.slice(0, 2) : null,
    });
    x += columns[i] * cell + gap;
  });
  const top = Math.min(answer.top, height - CLASSES * 16);
  const row = Math.min((height - top) / CLASSES, 34);
  return { cell, gap, blocks, outputs: { x: across, y: top, width: answer.width, row } };
}

// The square of a channel: [x, y, side]; the seam between maps is taken off.
export function square(block, channel) {
  const [column, row] = [channel % block.columns, Math.floor(channel / block.columns)];
  const seam = block.kind === "input" ? 0 : SEAM;
  return [block.x + column * block.cell, block.y + row * block.cell, block.cell - seam];
}

// The middle of a unit: {layer, channel, row, column}.
export function middleOf(plan, { layer, channel, row, column }) {
  if (layer === "output") {
    const { x, y, row: height } = plan.outputs;
    return [x + 4, y + (channel + 0.5) * height];
  }
  const block = plan.blocks.find(({ name }) => name === layer);
  if (!block) return null;
  const [x, y, side] = square(block, channel ?? 0);
  if (!block.maps || row === null || row === undefined) return [x + side / 2, y + side / 2];
  const [height, width] = block.maps;
  return [x + ((column + 0.5) / width) * side, y + ((row + 0.5) / height) * side];
}

// What is at a point: a unit, or null.
export function unitAt(plan, x, y) {
  const { outputs } = plan;
  if (x >= outputs.x && y >= outputs.y && y < outputs.y + CLASSES * outputs.row) {
    return { layer: "output", channel: Math.floor((y - outputs.y) / outputs.row), row: null, column: null };
  }
  for (const block of plan.blocks) {
    const [column, row] = [Math.floor((x - block.x) / block.cell), Math.floor((y - block.y) / block.cell)];
    if (column < 0 || column >= block.columns || row < 0) continue;
    const channel = row * block.columns + column;
    if (channel >= block.channels) continue;
    if (!block.maps) return { layer: block.name, channel, row: null, column: null };
    const [left, top, side] = square(block, channel);
    const [height, width] = block.maps;
    const place = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    return { layer: block.name, channel, row: place((y - top) / side, height), column: place((x - left) / side, width) };
  }
  return null;
}

// The unit that a key leads to from another: arrows go from map to map within a layer and on to the
// next layer at its edge; the place within the map stays in proportion.
export function neighbour(plan, unit, key) {
  const names = [...plan.blocks.map(({ name }) => name), "output"];
  const at = names.indexOf(unit.layer);
  const block = plan.blocks[at];
  const columns = block ? block.columns : 1;
  const channels = block ? block.channels : CLASSES;
  const [column, row] = [unit.channel % columns, Math.floor(unit.channel / columns)];
  if (key === "ArrowUp" && row > 0) return { ...unit, channel: unit.channel - columns };
  if (key === "ArrowDown" && unit.channel + columns < channels) return { ...unit, channel: unit.channel + columns };
  if (key === "ArrowLeft" && column > 0) return { ...unit, channel: unit.channel - 1 };
  if (key === "ArrowRight" && column < columns - 1 && unit.channel + 1 < channels) return { ...unit, channel: unit.channel + 1 };
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const name = step && names[at + step];
  return name ? enter(plan, name, unit, step) : unit;
}

function enter(plan, name, unit, step) {
  const [, y] = middleOf(plan, unit);
  if (name === "output") {
    const { outputs } = plan;
    const channel = Math.min(Math.max(Math.floor((y - outputs.y) / outputs.row), 0), CLASSES - 1);
    return { layer: name, channel, row: null, column: null };
  }
  const block = plan.blocks.find((each) => each.name === name);
  const row = Math.min(Math.max(Math.floor((y - block.y) / block.cell), 0), block.rows - 1);
  const channel = Math.min(row * block.columns + (step > 0 ? 0 : block.columns - 1), block.channels - 1);
  const middle = block.maps?.map((side) => Math.floor(side / 2)) ?? [null, null];
  return { layer: name, channel, row: middle[0], column: middle[1] };
}
