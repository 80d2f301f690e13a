/* MOS of each day as a line from 1 to 5, with the threshold below which somebody is told; the table has the same numbers. */

import { whenColoursChange, word } from "../app.js";

const chart = JSON.parse(document.getElementById("trend-data").textContent);
const figure = document.getElementById("trend");
const HEIGHT = 200;

/** The colours of the tokens as the browser computes them, light or dark. */
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function shown(value) {
  return value === null || value === undefined ? "–" : value.toFixed(2);
}

function draw() {
  const text = colour("--text-quiet");
  const grid = { stroke: colour("--line"), width: 1 };
  const places = chart.labels.map((_label, index) => index);
  const value = (_plot, height) => shown(height);
  const options = {
    width: figure.clientWidth, height: HEIGHT,
    scales: { x: { time: false, range: [-0.5, chart.labels.length - 0.5] }, y: { range: [1, 5] } },
    axes: [
      { stroke: text, grid: { show: false }, ticks: grid, incrs: [1, 2, 3, 4, 6, 7, 14, 28], values: (_plot, at) => at.map((place) => chart.labels[place] ?? "") },
      { stroke: text, grid, ticks: grid, label: word("mos"), incrs: [1], labelSize: 20, size: 44 },
    ],
    series: [
      { label: word("days"), value: (_plot, place) => (place === null ? "–" : chart.labels[place]) },
      { label: word("mos"), stroke: colour("--accent"), width: 2, points: { show: true, size: 6 }, value },
      { label: word("least"), stroke: colour("--danger"), width: 1, dash: [6, 4], points: { show: false }, value },
    ],
    cursor: { drag: { setScale: false } },
  };
  return new window.uPlot(options, [places, chart.mos, chart.labels.map(() => chart.least)], figure);
}

if (figure) {
  let plot = draw();
  new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
  whenColoursChange(() => {
    plot.destroy();
    plot = draw();
  });
}
