// Small helpers that make and update elements. Text from devices only ever becomes text, never markup.

// h makes an element: h("a", {href: "#/"}, "text", otherElement).
export function h(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name in e && name !== "list") e[name] = value;
    else e.setAttribute(name, value);
  }
  e.append(...children.filter((c) => c != null));
  return e;
}

// fill replaces what is in an element, unless it is the same already.
export function fill(e, ...children) {
  const made = h(e.tagName, {}, ...children);
  if (made.innerHTML !== e.innerHTML) e.replaceChildren(...made.childNodes);
}

// A Table shows rows that come and go, and keeps the elements of those that stay: so the keyboard's focus stays, too.
// A column is {name, value: row => text or element, num, wide, keep}.
export class Table {
  constructor(key, columns) {
    Object.assign(this, { key, columns, rows: new Map(), body: h("tbody") });
    const head = columns.map((c) => h("th", { scope: "col", className: classes(c) }, c.name));
    this.element = h("div", { className: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), this.body));
  }

  show(list) {
    const rows = new Map();
    for (const item of list) {
      const key = this.key(item);
      const row = this.rows.get(key) ?? h("tr", {}, ...this.columns.map((c) => h("td", { className: classes(c) })));
      this.columns.forEach((c, i) => fillCell(row.cells[i], c.value(item)));
      rows.set(key, row);
    }
    const wanted = [...rows.values()];
    if (wanted.length !== this.body.rows.length || wanted.some((r, i) => this.body.rows[i] !== r)) {
      this.body.replaceChildren(...wanted);
    }
    this.rows = rows;
  }
}

const classes = (c) => ["num", "wide", "keep"].filter((k) => c[k]).join(" ");

function fillCell(cell, value) {
  if (!(value instanceof Node)) {
    const text = String(value ?? "");
    if (cell.textContent !== text || cell.firstElementChild) cell.textContent = text;
  } else if (cell.innerHTML !== value.outerHTML) {
    cell.replaceChildren(value);
  }
}

export const number = (n) => n.toLocaleString("en");

// clock shows a time of today as 12:34:56, another with its date.
export function clock(text) {
  if (!text) return "";
  const t = new Date(text);
  const time = t.toLocaleTimeString("en-GB");
  return t.toDateString() === new Date().toDateString() ? time : `${t.toLocaleDateString("en-CA")} ${time}`;
}

// ago shows how long ago a time was.
export function ago(text) {
  const s = Math.max(0, Math.round((Date.now() - new Date(text)) / 1000));
  return `${span(s)} ago`;
}

export function span(seconds) {
  const s = Math.round(seconds);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} days`;
}

export const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;
