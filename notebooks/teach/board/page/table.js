// The table: a row for each learner, a column for each exercise. Only what changes is drawn anew.
import { clearNews } from "./news.js";
import { glyph, kind, minutes, words } from "./cells.js";

const [head, body] = [document.querySelector("thead"), document.querySelector("tbody")];
const table = document.querySelector("table");
const choice = document.getElementById("lesson");
const hold = document.getElementById("hold");
const counts = document.getElementById("counts");
const DRAW = 15; // seconds, after which the minutes are drawn anew
const rows = new Map(); // place -> { name, stuck, exercises, element, cells, changed }
let [lessons, exercises, columns, ahead] = [[], [], [], 0]; // ahead: seconds that the board's clock is

const now = () => Date.now() / 1000 + ahead;
const held = () => hold.getAttribute("aria-pressed") === "true";

function make(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

export function clear() {
  rows.clear();
  body.replaceChildren();
  clearNews();
}

export function startTable(names, ids) {
  [lessons, exercises] = [names, ids];
  showHead();
}

export function showState(message) {
  ahead = message.now - Date.now() / 1000;
  for (const { place, name, stuck, exercises: some } of message.rows) {
    const row = rows.get(place) ?? { exercises: {}, changed: new Set() };
    Object.assign(row, { place, name, stuck });
    Object.assign(row.exercises, some);
    Object.keys(some).forEach((id) => row.changed.add(id));
    rows.set(place, row);
    if (Object.keys(some).some((id) => !exercises.includes(id) && id.startsWith("90."))) showExam();
  }
  if (!held()) draw();
}

// An exam's exercises are in no lesson, and have columns once somebody tries them.
function showExam() {
  const ids = new Set([...rows.values()].flatMap((row) => Object.keys(row.exercises)));
  exercises = [...new Set([...exercises, ...[...ids].filter((id) => id.startsWith("90."))])].sort(
    (one, other) => one.localeCompare(other, "en", { numeric: true }));
  showHead();
}

function showHead() {
  const chosen = choice.value;
  const numbers = [...new Set(exercises.map((id) => id.slice(0, 2)))];
  const titles = new Map(lessons.map((name) => [name.slice(0, 2), name.replaceAll("_", " ")]));
  choice.replaceChildren(make("option", "all", { value: "" }));
  numbers.forEach((number) => choice.append(make("option", titles.get(number) ?? `${number} exam`, { value: number })));
  choice.value = numbers.includes(chosen) ? chosen : "";
  chooseColumns();
}

function chooseColumns() {
  columns = exercises.filter((id) => id.startsWith(choice.value));
  table.classList.toggle("wide", choice.value !== "");
  const groups = new Map();
  columns.forEach((id) => groups.set(id.slice(0, 2), (groups.get(id.slice(0, 2)) ?? 0) + 1));
  const over = document.createElement("tr");
  over.append(make("th", "Learner", { scope: "col", rowSpan: 2 }), make("th", "Stuck", { scope: "col", rowSpan: 2 }));
  groups.forEach((size, number) => over.append(make("th", number, { scope: "colgroup", colSpan: size })));
  const below = document.createElement("tr");
  for (const id of columns) {
    const th = make("th", choice.value ? id : id.slice(2), { scope: "col" });
    if (id === columns[0] || id.endsWith(".1")) th.className = "first";
    if (!choice.value) th.ariaLabel = id;
    below.append(th);
  }
  head.replaceChildren(over, below);
  rows.forEach((row) => row.element?.remove());
  rows.forEach((row) => (row.element = null));
  draw();
}

function fill(cell, id, exercise, row) {
  cell.className = kind(exercise) + (id.endsWith(".1") ? " first" : "") + (row.stuck?.[1] === id ? " stuck" : "");
  cell.firstChild.textContent = glyph(exercise);
  cell.lastChild.textContent = words(exercise);
}

function makeRow(row) {
  row.element = document.createElement("tr");
  row.cells = new Map();
  row.element.append(make("th", "", { scope: "row" }), document.createElement("td"));
  for (const id of columns) {
    const cell = document.createElement("td");
    cell.append(make("span", "", { className: "glyph", ariaHidden: "true" }), make("span", "", { className: "words" }));
    row.cells.set(id, cell);
    row.element.append(cell);
  }
  row.changed = new Set(columns);
}

function drawRow(row) {
  if (!row.element) makeRow(row);
  const [name, stuck] = row.element.children;
  name.textContent = row.name;
  const at = row.stuck?.[1];
  if (row.was !== at) [row.was, at].forEach((id) => row.changed.add(id));
  row.was = at;
  stuck.textContent = isStuck(row) ? `${minutes(now() - row.stuck[0])} at ${at}` : "";
  for (const id of row.changed) if (row.cells.has(id)) fill(row.cells.get(id), id, row.exercises[id], row);
  row.changed.clear();
}

// Whether a learner is stuck at what the table shows.
function isStuck(row) {
  return Boolean(row.stuck?.[1].startsWith(choice.value));
}

// Who has been stuck longest comes first; then all others, in the order in which they joined.
function sorted() {
  const since = (row) => (isStuck(row) ? row.stuck[0] : Number.MAX_VALUE);
  return [...rows.values()].sort((one, other) => since(one) - since(other) || one.place - other.place);
}

function draw() {
  const order = sorted();
  order.forEach(drawRow);
  order.forEach(({ element }, place) => {
    if (body.children[place] !== element) body.insertBefore(element, body.children[place] ?? null);
  });
  showCounts(order);
}

function showCounts(order) {
  const stuck = order.filter(isStuck);
  const done = order.flatMap((row) => columns.filter((id) => row.exercises[id]?.[3] != null)).length;
  const longest = stuck.length ? `, longest ${minutes(now() - stuck[0].stuck[0])}` : "";
  const all = order.length * columns.length;
  const parts = [[order.length, order.length === 1 ? "learner" : "learners"], [stuck.length, `stuck${longest}`], [done, `of ${all} exercises done`]];
  counts.replaceChildren(...parts.map(([number, what]) => {
    const part = document.createElement("span");
    part.append(make("b", number), ` ${what}`);
    return part;
  }));
}

choice.onchange = chooseColumns;
hold.onclick = () => {
  hold.setAttribute("aria-pressed", !held());
  if (!held()) draw();
};
setInterval(() => held() || draw(), DRAW * 1000);
