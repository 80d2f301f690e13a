/* Bars of what became of the offered calls: three parts on top of one another, from zero, the same numbers as the table. */

import { whenColoursChange, word } from "../app.js";

const charts = JSON.parse(document.getElementById("chart-data").textContent);
const PARTS = [["answered", "--good"], ["abandoned", "--danger"], ["elsewhere", "--neutral"]];
const HEIGHT = 220;

/** The colours of the tokens as the browser computes them, light or dark. */
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Each part drawn from zero to its own height plus those below; the tallest first, so all stay visible. */
function stacked(chart) {
  const heights = [];
  for (const [name] of PARTS) {
    const below = heights.at(-1) ?? chart.labels.map(() => 0);
    heights.push(chart[name].map((count, index) => count + below[index]));
  }
  return heights;
}

function draw(figure) {
  const chart = charts[figure.dataset.chart];
  const heights = stacked(chart);
  const bars = window.uPlot.paths.bars({ size: [0.7, 60], align: 0 });
  const series = PARTS.map(([name, token], index) => ({
    label: word(name), fill: colour(token), stroke: colour(token), width: 0, paths: bars, points: { show: false },
    value: (_plot, _height, _series, at) => (at === null ? "–" : chart[name][at]),
    data: heights[index],
  })).reverse();
  const text = colour("--text-quiet");
  const grid = { stroke: colour("--line"), width: 1 };
  const labels = { values: (_plot, places) => places.map((place) => chart.labels[place] ?? "") };
  const options = {
    width: figure.clientWidth, height: HEIGHT,
    scales: {
      x: { time: false, range: [-0.5, chart.labels.length - 0.5] },
      y: { range: (_plot, _low, high) => [0, Math.max(high * 1.05, 1)] },
    },
    axes: [
      { stroke: text, grid: { show: false }, ticks: grid, incrs: [1, 2, 3, 4, 6, 7, 14, 28], ...labels },
      { stroke: text, grid, ticks: grid, label: word("calls"), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000], labelSize: 20, size: 44 },
    ],
    series: [{ label: word(figure.dataset.chart), value: (_plot, place) => (place === null ? "–" : chart.labels[place]) }, ...series.map(({ data, ...rest }) => rest)],
    legend: { live: true },
    cursor: { drag: { setScale: false } },
  };
  return new window.uPlot(options, [chart.labels.map((_label, index) => index), ...series.map(({ data }) => data)], figure);
}

for (const figure of document.querySelectorAll("[data-chart]")) {
  let plot = draw(figure);
  new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
  whenColoursChange(() => {
    plot.destroy();
    plot = draw(figure);
  });
}
