/* Where things stand in the picture, in its own units (pixels at 100 %). Pure: sizes follow from the document alone,
   so nothing is measured and 200 steps are laid out at once. */

import { exitsOf, readingOrder } from "./document.js";

export const WIDTH = 216;
const HEAD = 60;
const ROW = 26;
const FOOT = 6;
const GAP_X = 92;
const GAP_Y = 28;
export const GRID = 20;

export function sizeOf(node, kind) {
  const rows = exitsOf(node, kind).length;
  return { width: WIDTH, height: HEAD + rows * ROW + (rows ? FOOT : 0) };
}

export function entryOf(node) {
  return { x: node.x, y: node.y + HEAD / 2 };
}

export function portOf(node, place) {
  return { x: node.x + WIDTH, y: node.y + HEAD + ROW * place + ROW / 2 };
}

/** A calm curve; one that leads back swings out under both steps. */
export function curve(from, to) {
  const isBack = to.x < from.x + 24;
  const reach = isBack ? Math.min(160, 60 + Math.abs(to.y - from.y) / 4) : Math.max(36, (to.x - from.x) / 2);
  return `M${from.x} ${from.y} C${from.x + reach} ${from.y} ${to.x - reach} ${to.y} ${to.x} ${to.y}`;
}

export function boxOf(flow, kinds) {
  if (!flow.nodes.length) return { x: 0, y: 0, width: 0, height: 0 };
  const boxes = flow.nodes.map((node) => ({ x: node.x, y: node.y, ...sizeOf(node, kinds[node.kind]) }));
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** To the right of a way out, pushed down until it covers nothing. */
export function placeAfter(flow, kinds, from, exit) {
  const node = flow.nodes.find((one) => one.id === from);
  if (!node) return freePlace(flow, kinds, { x: 80, y: 80 });
  const row = exitsOf(node, kinds[node.kind]).findIndex((one) => one.name === exit);
  const port = portOf(node, Math.max(0, row));
  const wanted = { x: node.x + WIDTH + GAP_X, y: snap(row <= 0 ? node.y : port.y - HEAD / 2) };
  return freePlace(flow, kinds, wanted);
}

export function freePlace(flow, kinds, wanted) {
  const height = HEAD + ROW * 3;
  let y = wanted.y;
  for (let tries = 0; tries < 400; tries += 1) {
    const hit = flow.nodes.find((node) => covers(node, sizeOf(node, kinds[node.kind]), wanted.x, y, height));
    if (!hit) break;
    y = snap(hit.y + sizeOf(hit, kinds[hit.kind]).height + GAP_Y);
  }
  return { x: wanted.x, y };
}

function covers(node, size, x, y, height) {
  const isBeside = node.x + size.width + 16 <= x || x + WIDTH + 16 <= node.x;
  return !isBeside && node.y < y + height && y < node.y + size.height + 12;
}

export function snap(value) {
  return Math.round(value / GRID) * GRID;
}

/** Columns from left to right; whatever follows from a step stands in its own band beside it. */
export function tidy(flow, kinds) {
  const { nodes, reached } = readingOrder(flow, kinds);
  const depths = depthsOf(flow, kinds, nodes);
  const children = childrenOf(nodes, kinds, depths);
  const places = new Map();
  let floor = 40;
  const put = (node) => {
    const x = 40 + depths.get(node.id) * (WIDTH + GAP_X);
    const top = floor;
    (children.get(node.id) ?? []).forEach(put);
    places.set(node.id, { x, y: snap(top) });
    floor = Math.max(floor, snap(top) + sizeOf(node, kinds[node.kind]).height + GAP_Y);
  };
  const placed = new Set([...children.values()].flat().map((node) => node.id));
  nodes.forEach((node, order) => {
    if (placed.has(node.id)) return;
    if (order >= reached) floor += GAP_Y;
    put(node);
  });
  return { ...flow, nodes: flow.nodes.map((node) => moved(node, places.get(node.id))) };
}

function moved(node, place) {
  return !place || (node.x === place.x && node.y === place.y) ? node : { ...node, ...place };
}

/** The longest way from the start, so that lines lead onward; what leads back counts nothing. */
function depthsOf(flow, kinds, nodes) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const onward = onwardWays(nodes, kinds, byId);
  const coming = new Map(nodes.map((node) => [node.id, 0]));
  for (const targets of onward.values()) for (const to of targets) coming.set(to, coming.get(to) + 1);
  const depths = new Map(nodes.map((node) => [node.id, 0]));
  const waiting = nodes.filter((node) => !coming.get(node.id)).map((node) => node.id);
  for (let at = 0; at < waiting.length; at += 1) {
    for (const to of onward.get(waiting[at])) {
      depths.set(to, Math.max(depths.get(to), depths.get(waiting[at]) + 1));
      coming.set(to, coming.get(to) - 1);
      if (!coming.get(to)) waiting.push(to);
    }
  }
  return depths;
}

/** id → the steps it leads to, without the ways that close a circle. */
function onwardWays(nodes, kinds, byId) {
  const onward = new Map(nodes.map((node) => [node.id, []]));
  const state = new Map();
  for (const first of nodes) {
    const way = state.has(first.id) ? [] : [[first.id, targetsOf(first, kinds, byId)]];
    if (way.length) state.set(first.id, "open");
    while (way.length) {
      const [id, left] = way.at(-1);
      const to = left.shift();
      if (to === undefined) {
        state.set(id, "done");
        way.pop();
      } else if (state.get(to) !== "open") {
        onward.get(id).push(to);
        if (!state.has(to)) way.push([to, targetsOf(byId.get(to), kinds, byId)]);
        if (!state.has(to)) state.set(to, "open");
      }
    }
  }
  return onward;
}

function targetsOf(node, kinds, byId) {
  return [...new Set(exitsOf(node, kinds[node.kind]).map((exit) => exit.to))].filter((to) => byId.has(to));
}

/** Whether steps cover each other, as in a flow that was drawn elsewhere or written by hand. */
export function isCrowded(flow, kinds) {
  const boxes = flow.nodes.map((node) => ({ x: node.x, y: node.y, ...sizeOf(node, kinds[node.kind]) })).sort((one, other) => one.y - other.y);
  return boxes.some((box, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next].y < box.y + box.height + 8; next += 1) {
      if (Math.abs(boxes[next].x - box.x) < WIDTH + 8) return true;
    }
    return false;
  });
}

/** Each step stands beside the first one that leads to it from the column before. */
function childrenOf(nodes, kinds, depths) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const taken = new Set();
  const children = new Map();
  for (const node of nodes) {
    for (const { to } of exitsOf(node, kinds[node.kind])) {
      const isNext = byId.has(to) && depths.get(to) === depths.get(node.id) + 1;
      if (!isNext || taken.has(to)) continue;
      taken.add(to);
      children.set(node.id, [...(children.get(node.id) ?? []), byId.get(to)]);
    }
  }
  return children;
}
