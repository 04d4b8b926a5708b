// Shows the view that the address names, and keeps it fresh: every few seconds, and soon after something happened.

import { get, tail } from "./api.js";
import { fill, h } from "./dom.js";
import { approvals } from "./approvals.js";
import { clients } from "./clients.js";
import { device } from "./device.js";
import { devices } from "./devices.js";
import { events } from "./events.js";
import { link } from "./link.js";
import { overview } from "./overview.js";

// A view is a function that puts elements into main and returns {refresh, event, leave}, all optional: refresh gets news from the
// gateway, event is told what happens, and leave, when another view comes.
const views = { "": overview, devices, approvals, clients, events };
const details = { devices: device, links: link }; // views of one thing: #/devices/th7

const main = document.getElementById("main");
const live = document.getElementById("live");
let current;
let soon;

function route() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/");
  const view = (id === undefined ? views : details)[name] ?? overview;
  for (const a of document.querySelectorAll("nav a")) {
    if (a.getAttribute("href") === `#/${name}`) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  const root = h("div");
  current?.leave?.();
  main.replaceChildren(root);
  current = { root, ...view(root, new URLSearchParams(search), id && decodeURIComponent(id)) };
  refresh();
}

async function refresh() {
  const view = current;
  if (!view.refresh || view.busy || document.hidden) return;
  view.busy = true;
  try {
    await view.refresh();
    view.failed?.remove();
    view.failed = undefined;
  } catch (err) {
    view.failed ??= h("p", { className: "card error", role: "alert" });
    fill(view.failed, err instanceof TypeError ? "The gateway does not answer." : err.message);
    view.root.prepend(view.failed);
  } finally {
    view.busy = false;
  }
}

function happened(event) {
  current.event?.(event);
  soon ??= setTimeout(() => {
    soon = undefined;
    refresh();
  }, 500);
}

function connected(yes) {
  live.textContent = yes ? "live" : "not connected";
  live.className = `live ${yes ? "on" : "off"}`;
}

addEventListener("hashchange", () => {
  route();
  main.focus();
});
document.addEventListener("visibilitychange", refresh);
document.addEventListener("keydown", (e) => {
  const search = document.querySelector("input[type=search]");
  if (e.key === "/" && search && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) {
    e.preventDefault();
    search.focus();
  }
});
document.querySelector(".skip").addEventListener("click", (e) => {
  e.preventDefault();
  main.focus();
});

get("gateway").then((g) => {
  document.getElementById("name").textContent = g.name;
}).catch(() => {}); // refresh says why
route();
setInterval(refresh, 3000);
tail(happened, connected);
