/* What the pages do beyond links: search in the dictionary, the order picker, the lit lineage, one filter. */
"use strict";

document.documentElement.classList.add("script");

function open_target() {
  // A link to a model leads into a closed <details>.
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

function search_dictionary(input) {
  const models = [...document.querySelectorAll("details.model")].map((model) => ({
    model,
    name: model.id,
    text: model.querySelector(".text").textContent.toLowerCase(),
    rows: [...model.querySelectorAll("tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase() })),
  }));
  const found = document.getElementById("found");
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (text) => words.every((word) => text.includes(word));
    let hits = 0;
    let columns = 0;
    for (const { model, name, text, rows } of models) {
      const whole = holds(name + " " + text);
      let inside = 0;
      for (const { row, text: words_of_row } of rows) {
        const hit = holds(words_of_row);
        inside += hit;
        row.hidden = words.length > 0 && !hit && !whole;
      }
      model.hidden = words.length > 0 && !whole && inside === 0;
      model.open = words.length > 0 && inside > 0 && inside < 40;
      hits += !model.hidden;
      columns += inside;
    }
    for (const layer of document.querySelectorAll("section.layer")) {
      layer.hidden = !layer.querySelector("details.model:not([hidden])");
    }
    found.textContent = words.length
      ? `${hits} models, ${columns} columns with “${input.value.trim()}”.`
      : "Everything is shown.";
  };
  input.addEventListener("input", search);
  input.form.addEventListener("submit", (event) => event.preventDefault());
}

function pick_order(select) {
  const orders = [...document.querySelectorAll("section.order")];
  const show = (id) => {
    for (const order of orders) order.hidden = order.id !== id;
    select.value = id;
  };
  const from_address = () => {
    const id = location.hash.slice(1);
    show(orders.some((order) => order.id === id) ? id : orders[0].id);
  };
  select.addEventListener("change", () => {
    show(select.value);
    history.replaceState(null, "", "#" + select.value);
  });
  select.form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", from_address);
  from_address();
}

function light_lineage(drawing) {
  const edges = [...drawing.querySelectorAll("path.edge")];
  const nodes = [...drawing.querySelectorAll("[data-node]")];
  const walk = (start, from, to) => {
    const lit = new Set();
    const next = [start];
    while (next.length) {
      const name = next.pop();
      for (const edge of edges) {
        if (edge.dataset[from] === name && !lit.has(edge)) {
          lit.add(edge);
          next.push(edge.dataset[to]);
        }
      }
    }
    return lit;
  };
  const light = (name) => {
    const lit = new Set([...walk(name, "from", "to"), ...walk(name, "to", "from")]);
    const near = new Set([name]);
    for (const edge of edges) {
      edge.classList.toggle("lit", lit.has(edge));
      if (lit.has(edge)) near.add(edge.dataset.from).add(edge.dataset.to);
    }
    for (const node of nodes) node.classList.toggle("lit", near.has(node.dataset.node));
    drawing.classList.add("choosing");
  };
  const calm = () => {
    drawing.classList.remove("choosing");
    for (const each of [...edges, ...nodes]) each.classList.remove("lit");
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => light(node.dataset.node));
    node.addEventListener("pointerleave", calm);
    node.addEventListener("focus", () => light(node.dataset.node));
    node.addEventListener("blur", calm);
  }
}

open_target();
window.addEventListener("hashchange", open_target);
const search = document.getElementById("search");
if (search) search_dictionary(search);
const pick = document.getElementById("pick");
if (pick) pick_order(pick);
const drawing = document.querySelector(".drawing");
if (drawing) light_lineage(drawing);
const broken_only = document.getElementById("broken-only");
if (broken_only) {
  broken_only.addEventListener("change", () => {
    document.getElementById("rules-table").classList.toggle("broken-only", broken_only.checked);
  });
}
