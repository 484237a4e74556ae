/* The steps of a run in time. Only the rows in sight are in the page, so a run of thousands of
   steps opens as fast as one of ten. */
"use strict";

(() => {
  const [ID, DEPTH, NAME, KIND, STATUS, OFFSET, TOOK, MODEL, TOKENS] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const HEIGHT = 32;
  const BEYOND = 12;

  const took = (us) => {
    if (us === null) return "…";
    if (us === 0) return "";  // something that happened, and took no time
    if (us < 1000) return `${us} µs`;
    if (us < 1e6) return `${Math.round(us / 1000)} ms`;
    if (us < 6e7) return `${(us / 1e6).toFixed(1)} s`;
    return `${Math.floor(us / 6e7)} min ${Math.round((us % 6e7) / 1e6)} s`;
  };

  class Waterfall {
    constructor(tree, steps) {
      this.tree = tree;
      this.steps = steps;
      this.span = Math.max(Number(tree.dataset.span), 1);
      this.closed = new Set();
      this.chosen = -1;
      this.parents = this.findParents();
      this.room = document.createElement("div");
      tree.append(this.room);
      tree.addEventListener("scroll", () => this.draw(), { passive: true });
      tree.addEventListener("click", (event) => this.clicked(event));
      tree.addEventListener("keydown", (event) => this.pressed(event));
      new ResizeObserver(() => this.draw()).observe(tree);
      this.lay();
    }

    findParents() {
      const open = [];
      return this.steps.map((step, index) => {
        open.length = step[DEPTH];
        const parent = open.length ? open[open.length - 1] : -1;
        open.push(index);
        return parent;
      });
    }

    hasChildren(index) {
      return index + 1 < this.steps.length && this.steps[index + 1][DEPTH] > this.steps[index][DEPTH];
    }

    /* Decide which rows there are, then how high all of them are together. */
    lay() {
      this.shown = [];
      let hidden = Infinity;
      this.steps.forEach((step, index) => {
        if (step[DEPTH] > hidden) return;
        hidden = this.closed.has(index) ? step[DEPTH] : Infinity;
        this.shown.push(index);
      });
      this.tree.style.height = `${Math.min(this.shown.length * HEIGHT + 8, 4000)}px`;
      this.room.style.height = `${this.shown.length * HEIGHT}px`;
      this.draw();
    }

    draw() {
      const first = Math.max(Math.floor(this.tree.scrollTop / HEIGHT) - BEYOND, 0);
      const last = first + Math.ceil(this.tree.clientHeight / HEIGHT) + 2 * BEYOND;
      const rows = this.shown.slice(first, last).map((index, place) => this.row(index, first + place));
      this.room.replaceChildren(...rows);
      this.tree.setAttribute("aria-activedescendant", this.chosen >= 0 ? `tm-row-${this.chosen}` : "");
    }

    row(index, place) {
      const step = this.steps[index];
      const row = document.createElement("div");
      row.className = "tm-row";
      row.id = `tm-row-${index}`;
      row.dataset.index = index;
      row.dataset.kind = step[KIND];
      row.dataset.status = step[STATUS];
      row.style.top = `${place * HEIGHT}px`;
      row.setAttribute("role", "treeitem");
      row.setAttribute("aria-level", step[DEPTH] + 1);
      row.setAttribute("aria-selected", index === this.chosen);
      if (this.hasChildren(index)) row.setAttribute("aria-expanded", !this.closed.has(index));
      row.append(this.name(step, index), this.lane(step), this.told("span", "tm-took", took(step[TOOK])));
      return row;
    }

    name(step, index) {
      const name = this.told("span", "tm-name", "");
      name.style.paddingLeft = `${Math.min(step[DEPTH], 24) * 0.875}rem`;
      const fold = this.told("button", "tm-fold", this.closed.has(index) ? "▸" : "▾");
      fold.type = "button";
      fold.tabIndex = -1;
      fold.setAttribute("aria-hidden", "true");
      if (!this.hasChildren(index)) fold.style.visibility = "hidden";
      name.append(fold, this.told("i", "tm-sign", ""), this.told("b", "", step[NAME]));
      const isNamed = step[NAME].split(" ").some((word) => word.length > 3 && step[MODEL].startsWith(word));
      const model = isNamed ? "" : step[MODEL];
      const more = [model, step[TOKENS] === null ? "" : `${step[TOKENS].toLocaleString("en")} tokens`];
      const text = more.filter(Boolean).join(" · ");
      if (text) name.append(this.told("small", "", text));
      name.title = [step[NAME], text].filter(Boolean).join(" · ");
      return name;
    }

    lane(step) {
      const lane = this.told("span", "tm-lane", "");
      const bar = this.told("span", "tm-bar", "");
      const left = Math.min((step[OFFSET] / this.span) * 100, 99.8);
      bar.style.left = `${left}%`;
      bar.style.width = `${Math.min(((step[TOOK] ?? 0) / this.span) * 100, 100 - left)}%`;
      lane.append(bar);
      return lane;
    }

    told(tag, kind, text) {
      const element = document.createElement(tag);
      if (kind) element.className = kind;
      element.textContent = text;
      return element;
    }

    clicked(event) {
      const row = event.target.closest(".tm-row");
      if (!row) return;
      const index = Number(row.dataset.index);
      if (event.target.closest(".tm-fold")) this.fold(index, !this.closed.has(index));
      else this.choose(index);
    }

    fold(index, close) {
      if (close) this.closed.add(index);
      else this.closed.delete(index);
      this.lay();
    }

    pressed(event) {
      const place = this.shown.indexOf(this.chosen);
      const moves = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: this.shown.length - 1 };
      if (event.key in moves) {
        const next = Math.min(Math.max(moves[event.key], 0), this.shown.length - 1);
        this.choose(this.shown[next]);
      } else if (event.key === "ArrowLeft" && this.chosen >= 0) {
        const canClose = this.hasChildren(this.chosen) && !this.closed.has(this.chosen);
        if (canClose) this.fold(this.chosen, true);
        else if (this.parents[this.chosen] >= 0) this.choose(this.parents[this.chosen]);
      } else if (event.key === "ArrowRight" && this.closed.has(this.chosen)) {
        this.fold(this.chosen, false);
      } else {
        return;
      }
      event.preventDefault();
    }

    choose(index) {
      this.chosen = index;
      this.reveal(index);
      this.draw();
      window.clearTimeout(this.wait);
      this.wait = window.setTimeout(() => this.tell(index), 80);
    }

    reveal(index) {
      const top = this.shown.indexOf(index) * HEIGHT;
      const sight = this.tree.clientHeight;
      if (top < this.tree.scrollTop) this.tree.scrollTop = top;
      else if (top + HEIGHT > this.tree.scrollTop + sight) this.tree.scrollTop = top + HEIGHT - sight;
    }

    async tell(index) {
      const address = new URL(`../steps/${this.steps[index][ID]}/`, new URL(this.tree.dataset.steps, location.href));
      const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
      if (index !== this.chosen) return;
      const place = document.getElementById("tm-step");
      if (answer?.ok) place.innerHTML = await answer.text();
      else place.textContent = "This step could not be read. Reload the page, then try again.";
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const tree = document.getElementById("tm-tree");
    const data = document.getElementById("tm-data");
    if (!tree || !data) return;
    const waterfall = new Waterfall(tree, JSON.parse(data.textContent));
    const failed = waterfall.steps.findIndex((step) => step[STATUS] === "error");
    if (waterfall.steps.length) waterfall.choose(Math.max(failed, 0));
  });
})();
