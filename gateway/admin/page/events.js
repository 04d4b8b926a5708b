import { get } from "./api.js";
import { h } from "./dom.js";
import { eventItem } from "./parts.js";

const levels = ["debug", "info", "warn"];
const shown = 500;

// events shows what happened lately, and then what happens.
export function events(root) {
  document.title = "Events";
  const list = h("ul", { className: "events" });
  const level = h("select", { onchange: filter }, ...levels.map((l) => h("option", { value: l, selected: l === "info" }, `${l} and worse`)));
  level.options[0].textContent = "everything";
  const text = h("input", { type: "search", placeholder: "client id, address or words", oninput: filter });
  const pause = h("button", { type: "button", "aria-pressed": "false", onclick: toggle }, "Pause");
  root.append(h("h1", {}, "Events"),
    h("div", { className: "bar" }, h("label", { className: "grow" }, "Search ( / )", text), h("label", {}, "Level", level), pause),
    h("section", { className: "card" }, list));

  let all = []; // the newest last
  let paused = false;
  const words = (e) => [e.event, e.client, e.link, e.address, e.detail].join(" ").toLowerCase();
  const wanted = (e) => levels.indexOf(e.level) >= levels.indexOf(level.value) && words(e).includes(text.value.toLowerCase());

  function filter() {
    list.replaceChildren(...all.filter(wanted).slice(-shown).toReversed().map((e) => eventItem(e)));
  }
  function toggle() {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) filter();
  }
  get("events?limit=2000").then((answer) => {
    const last = answer.events.at(-1)?.seq ?? 0;
    all = [...answer.events, ...all.filter((e) => e.seq > last)];
    filter();
  }).catch((err) => list.replaceChildren(h("li", { className: "warn" }, err.message)));

  return {
    event(e) {
      all.push(e);
      if (all.length > 4 * shown) all = all.slice(-2 * shown);
      if (paused || !wanted(e)) return;
      list.prepend(eventItem(e));
      if (list.children.length > shown) list.lastChild.remove();
    },
  };
}
