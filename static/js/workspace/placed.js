/* A leader moved me: into a queue or out of one, or to another level of a skill. Said once, with who and until when; the
   chips of my queues follow. */

import { toast, word } from "../app.js";

export function showMove({ row, news }) {
  const strip = document.getElementById("queues");
  for (const chip of strip.querySelectorAll("[data-queue]")) chip.hidden = !row.queues.includes(Number(chip.dataset.queue));
  if (news?.queue_id && row.queues.includes(news.queue_id)) addChip(strip, news);
  if (news) toast(said(news), "info", 20);
}

/** `You are in queue Sales now, until 14:30 (Wang Li)`. */
function said(news) {
  const is = news.now ? "in" : "out";
  const what = news.queue ? word(`placed_${is}`, { name: news.queue }) : word("placed_skill", { name: news.skill, level: news.now?.level ?? 0 });
  const time = news.until && new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(Date.parse(news.until));
  const until = time ? word("placed_until", { time }) : "";
  const by = news.by && !news.is_over ? word("placed_by", { name: news.by }) : "";
  return [what, until, by].filter(Boolean).join(" ");
}

function addChip(strip, { queue, queue_id: id }) {
  if (strip.querySelector(`[data-queue="${id}"]`)) return;
  const known = strip.querySelector("[data-queue]");
  if (!known) return;
  const chip = known.cloneNode(true);
  chip.dataset.queue = id;
  chip.hidden = false;
  chip.querySelector(".queue-chip__name").textContent = queue;
  strip.append(chip);
}
