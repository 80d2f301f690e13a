/* What can be done to a flow's document. Pure: every change returns a new document and shares what it did not touch,
   so that a picture draws again only what changed and a step back costs nothing. Shape: telephony/flows/document.py. */

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];

export function nodeOf(flow, id) {
  return flow.nodes.find((node) => node.id === id) ?? null;
}

function changed(flow, id, change) {
  return { ...flow, nodes: flow.nodes.map((node) => (node.id === id ? change(node) : node)) };
}

export function freeId(flow) {
  const taken = new Set(flow.nodes.map((node) => node.id));
  let number = flow.nodes.length + 1;
  while (taken.has(`n${number}`)) number += 1;
  return `n${number}`;
}

/** The first step a flow gets is where its callers begin. → [flow, id] */
export function add(flow, kind, settings, place, title = "") {
  const id = freeId(flow);
  const node = { id, kind, title, x: Math.round(place.x), y: Math.round(place.y), settings, exits: {} };
  return [{ ...flow, start: flow.start || id, nodes: [...flow.nodes, node] }, id];
}

export function move(flow, id, place) {
  const here = { x: Math.round(place.x), y: Math.round(place.y) };
  return changed(flow, id, (node) => ({ ...node, ...here }));
}

export function connect(flow, from, exit, to) {
  return changed(flow, from, (node) => ({ ...node, exits: { ...node.exits, [exit]: to } }));
}

export function disconnect(flow, from, exit) {
  return changed(flow, from, (node) => {
    const { [exit]: gone, ...exits } = node.exits;
    return { ...node, exits };
  });
}

/** Another key for the same way. A key that leads somewhere already changes places with it. */
export function renameExit(flow, from, exit, next) {
  return changed(flow, from, (node) => {
    const exits = {};
    for (const [name, to] of Object.entries(node.exits)) {
      if (name === exit) exits[next] = to;
      else exits[name === next ? exit : name] = to;
    }
    return { ...node, exits };
  });
}

/** Values of undefined leave the settings. */
export function set(flow, id, values) {
  return changed(flow, id, (node) => {
    const settings = { ...node.settings, ...values };
    for (const name of Object.keys(settings)) if (settings[name] === undefined) delete settings[name];
    return { ...node, settings };
  });
}

/** The rows that name a step's own ways (branches, shares): a way whose row is gone goes too. */
export function setWays(flow, id, field, rows) {
  return changed(flow, id, (node) => {
    const named = new Set(rows.map((row) => row.exit));
    const gone = (node.settings[field] ?? []).map((row) => row.exit).filter((exit) => !named.has(exit));
    const exits = Object.fromEntries(Object.entries(node.exits).filter(([name]) => !gone.includes(name)));
    return { ...node, exits, settings: { ...node.settings, [field]: rows } };
  });
}

/** Names of what callers key in or look-ups answer, for conditions and answers. */
export function collectedNames(flow) {
  const names = flow.nodes.flatMap((node) => {
    if (node.kind === "collect" || node.kind === "speech") return [node.settings.name];
    return node.kind === "lookup" && Array.isArray(node.settings.keep) ? node.settings.keep.map((row) => row?.name) : [];
  });
  return [...new Set(names.filter((name) => typeof name === "string" && name))];
}

export function retitle(flow, id, title) {
  return changed(flow, id, (node) => ({ ...node, title }));
}

export function setStart(flow, id) {
  return { ...flow, start: id };
}

/** Where a step had one way out, those who came to it go that way now; otherwise their way is open again. */
export function remove(flow, id) {
  const gone = nodeOf(flow, id);
  if (!gone) return flow;
  const onward = [...new Set(Object.values(gone.exits))].filter((to) => to !== id);
  const heir = onward.length === 1 && Object.keys(gone.exits).length === 1 ? onward[0] : null;
  const nodes = flow.nodes.filter((node) => node.id !== id).map((node) => withoutWayTo(node, id, heir));
  return { ...flow, start: flow.start === id ? (heir ?? nodes[0]?.id ?? "") : flow.start, nodes };
}

function withoutWayTo(node, id, heir) {
  if (!Object.values(node.exits).includes(id)) return node;
  const kept = heir === node.id ? null : heir;
  const pairs = Object.entries(node.exits).map(([name, to]) => [name, to === id ? kept : to]);
  return { ...node, exits: Object.fromEntries(pairs.filter(([, to]) => to)) };
}

/** A copy beside the step, with its settings and without its ways. → [flow, id] */
export function duplicate(flow, id) {
  const node = nodeOf(flow, id);
  return add(flow, node.kind, structuredClone(node.settings), { x: node.x + 40, y: node.y + 40 }, node.title);
}

/** The ways out as they are drawn: those of the kind, then keys, branches or shares. A menu shows one free key more. */
export function exitsOf(node, kind) {
  const named = (kind?.exits ?? []).map((exit) => ({ ...exit, to: node.exits[exit.name] || null }));
  const own = ownExits(node, kind).map((exit) => ({ ...exit, to: node.exits[exit.name] || null }));
  const known = new Set([...named, ...own].map((exit) => exit.name));
  const stray = Object.entries(node.exits).filter(([name]) => !known.has(name));
  return [...own, ...named, ...stray.map(([name, to]) => ({ name, label: name, to: to || null, isStray: true }))];
}

function ownExits(node, kind) {
  if (kind?.ways === "keys") return keyExits(node);
  const rows = kind?.ways ? node.settings[kind.ways] : null;
  if (!Array.isArray(rows)) return [];
  return rows
    .filter((row) => row && typeof row.exit === "string")
    .map((row) => ({ name: row.exit, label: row.name || (row.percent == null ? row.exit : `${row.exit} · ${row.percent} %`) }));
}

function keyExits(node) {
  const drawn = KEYS.filter((key) => key in node.exits).map((key) => ({ name: key, label: key, isKey: true }));
  const free = KEYS.find((key) => !(key in node.exits) && key !== node.settings.repeat_key);
  return free ? [...drawn, { name: free, label: free, isKey: true, isFree: true }] : drawn;
}

/** Steps in the order in which one would tell them: from the start along the ways, then those nobody comes to. */
export function readingOrder(flow, kinds) {
  const byId = new Map(flow.nodes.map((node) => [node.id, node]));
  const seen = new Set();
  const told = [];
  const tell = (id) => {
    const waiting = [id];
    while (waiting.length) {
      const node = byId.get(waiting.pop());
      if (!node || seen.has(node.id)) continue;
      seen.add(node.id);
      told.push(node);
      const ways = exitsOf(node, kinds[node.kind]).map((exit) => exit.to);
      waiting.push(...ways.filter(Boolean).reverse());
    }
  };
  tell(flow.start);
  const reached = told.length;
  flow.nodes.forEach((node) => tell(node.id));
  return { nodes: told, reached };
}

/** Steps one can come from: [{from, exit}]. */
export function waysTo(flow, id) {
  return flow.nodes.flatMap((node) =>
    Object.entries(node.exits).filter(([, to]) => to === id).map(([exit]) => ({ from: node.id, exit })),
  );
}

/** Read what was pasted: a document of this format, or null with nothing guessed. */
export function parse(text) {
  try {
    const flow = JSON.parse(text);
    const isFlow = flow && typeof flow === "object" && Array.isArray(flow.nodes) && flow.nodes.every(isNode);
    return isFlow ? flow : null;
  } catch {
    return null;
  }
}

function isNode(node) {
  const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);
  return isObject(node) && typeof node.id === "string" && isObject(node.settings) && isObject(node.exits);
}
