// Live rows, clocks and "ago". The page is whole without it.
"use strict";
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fill = (form, value) => form.replace("{}", value);
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // ---- Clocks. The server's: the viewer's own may be wrong, and only its pace is trusted.

  let ahead = 0;
  let told = false;
  const now = () => Date.now() + ahead;

  /** Takes the server's clock over; `by`: how far behind it that is, at most half a second. */
  function setClock(at, by = 0) {
    if (Number.isFinite(at)) ahead = at + by - Date.now();
  }

  /** From an answer that was made just now; a stream tells it better. */
  function clockOf(answer) {
    const at = Date.parse(answer.headers.get("Date"));
    if (!told && Math.abs(at - now()) > 1500) setClock(at, 500);
  }

  function countdown(millis) {
    const seconds = Math.max(0, Math.floor(millis / 1000));
    const days = Math.floor(seconds / 86400);
    const clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map((n) => String(Math.floor(n)).padStart(2, "0")).join(":");
    return days ? `${days} ${words.units[0]} ${clock}` : clock;
  }

  function ago(millis) {
    const sizes = [86400, 3600, 60, 1];
    const seconds = Math.max(0, Math.floor(millis / 1000));
    const at = Math.max(sizes.findIndex((size) => seconds >= size), seconds ? 0 : 3);
    return fill(words.ago, `${Math.floor(seconds / sizes[at])} ${words.units[at]}`);
  }

  function tick() {
    for (const digits of all("[data-until]")) {
      const left = Date.parse(digits.dataset.until) - now();
      digits.textContent = countdown(left);
      digits.classList.toggle("last", left < 3600000);
      // The turn brings a new phase.
      if (left <= 0 && !digits.dataset.over) {
        digits.dataset.over = "1";
        refreshSoon();
      }
    }
    for (const time of all("time[data-ago]")) {
      time.textContent = ago(now() - Date.parse(time.dateTime));
    }
  }

  function addLocalTimes() {
    for (const time of all("time[data-local]")) {
      const at = new Date(time.dateTime);
      const theirs = -at.getTimezoneOffset();
      if (theirs === Number(time.dataset.local) || time.nextElementSibling?.matches(".local")) continue;
      const form = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      const local = document.createElement("span");
      local.className = "local";
      local.textContent = `(${at.toLocaleString(words.name === "en" ? "en-GB" : words.name, form)} ${words.yours})`;
      time.after(" ", local);
    }
  }

  // ---- The board.

  const table = one("table[data-live]");
  const body = table && one("tbody", table);
  const field = (row, name) => one(`[data-f="${name}"]`, row);
  const number = (row, name) => Number(field(row, name).textContent) || 0;
  let lastSaid = 0;

  function setMovement(row, rank, before) {
    const cell = field(row, "move");
    const by = before === null ? null : before - rank;
    const [kind, sign, text] =
      by === null ? ["new", words.newShort, words.new]
      : by > 0 ? ["up", `▲${by}`, fill(words.up, by)]
      : by < 0 ? ["down", `▼${-by}`, fill(words.down, -by)]
      : ["same", "–", words.same];
    cell.className = `move ${kind}`;
    cell.children[0].textContent = sign;
    cell.children[1].textContent = text;
  }

  function newRow(data) {
    const row = one("#row").content.firstElementChild.cloneNode(true);
    const link = field(row, "name");
    const name = document.createElement("bdi");
    row.dataset.team = data.team.slug;
    link.append(name);
    link.setAttribute("href", link.getAttribute("href").replace("/teams/_", `/teams/${encodeURIComponent(data.team.slug)}`));
    return row;
  }

  // What a host may change: the names stand in the page's language.
  function describe(row, data) {
    const name = one("bdi", field(row, "name"));
    if (name) name.textContent = data.team.name[words.name];
    const region = all("#region option").find((option) => option.value === data.team.region);
    // Without the list of regions (on a wall) what the server wrote stands.
    if (region || !field(row, "kind").textContent) {
      field(row, "kind").textContent = `${words.kinds[data.team.kind]} · ${region ? region.textContent : data.team.region}`;
    }
  }

  function update(row, data) {
    describe(row, data);
    const changed = number(row, "points") !== data.points;
    field(row, "rank").textContent = data.rank;
    field(row, "points").textContent = data.points;
    field(row, "fixes").textContent = data.fixes;
    field(row, "pending").textContent = data.pending || "–";
    setMovement(row, data.rank, data.previous_rank);
    if (changed) {
      row.classList.remove("fresh");
      void row.offsetWidth; // so that the mark begins anew
      row.classList.add("fresh");
    }
  }

  const order = (a, b) => number(a, "rank") - number(b, "rank") || (a.dataset.team < b.dataset.team ? -1 : 1);

  function place(rows) {
    const before = new Map(all("tr[data-team]", body).map((row) => [row, row.getBoundingClientRect().top]));
    const focused = document.activeElement;
    rows.sort(order).forEach((row, at) => {
      if (body.children[at] !== row) body.insertBefore(row, body.children[at] || null);
    });
    while (body.children.length > rows.length) body.lastElementChild.remove();
    if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
    if (still.matches) return;
    for (const row of rows) {
      // A move still under way would be measured along.
      row.getAnimations().forEach((move) => move.cancel());
      const from = before.get(row);
      const by = from === undefined ? 0 : from - row.getBoundingClientRect().top;
      if (by && Math.abs(by) < innerHeight * 2) {
        const zIndex = by > 0 ? 2 : 1;
        row.animate(
          [{ transform: `translateY(${by}px)`, zIndex }, { transform: "none", zIndex }],
          { duration: 600, easing: "cubic-bezier(.2,.8,.2,1)" });
      }
    }
  }

  function lanes(rows) {
    const top = "first" in table.dataset && rows[0] ? number(rows[0], "points") : Number(table.dataset.top);
    for (const row of rows) {
      const width = top > 0 ? Math.min(100, Math.max(0, Math.floor(number(row, "points") * 100 / top))) : 0;
      field(row, "lane").setAttribute("width", width);
    }
  }

  function say(climbed) {
    if (!climbed || Date.now() - lastSaid < 5000) return;
    lastSaid = Date.now();
    const name = field(climbed, "name").textContent;
    one("[data-say]").textContent = words.now.replace("{team}", () => name).replace("{rank}", number(climbed, "rank"));
  }

  // The server's clock, and the countdown to a turn that was moved.
  function keepTime(data) {
    if (data.now) {
      told = true;
      setClock(Date.parse(data.now));
    }
    for (const digits of data.window ? all("[data-turn]") : []) {
      const until = data.window[digits.dataset.turn];
      if (until && until !== digits.dataset.until) {
        digits.dataset.until = until;
        delete digits.dataset.over;
      }
    }
    tick();
  }

  // `whole`: what is not among the rows goes.
  function apply(data, whole) {
    const shown = new Map(all("tr[data-team]", body).map((row) => [row.dataset.team, row]));
    const first = "first" in table.dataset;
    let climbed = null;
    if (whole) {
      const named = new Set(data.rows.map((row) => row.team.slug));
      for (const slug of shown.keys()) if (!named.has(slug)) shown.delete(slug);
    }
    for (const row of data.rows) {
      let line = shown.get(row.team.slug);
      // On a later part of the list a new row comes with the next snapshot.
      if (!line && !whole && !first) continue;
      const was = line ? number(line, "rank") : Infinity;
      if (!line) shown.set(row.team.slug, line = newRow(row));
      update(line, row);
      if (row.rank < was && was !== Infinity && (!climbed || row.rank < number(climbed, "rank"))) climbed = line;
    }
    const rows = [...shown.values()].sort(order).slice(0, Number(table.dataset.limit));
    if (rows.length || shown.size < all("tr[data-team]", body).length) place(rows);
    lanes(rows);
    say(climbed);
    if (!whole || data.seq !== Number(table.dataset.seq) || data.phase !== table.dataset.phase) refreshSoon();
    table.dataset.seq = data.seq;
    table.dataset.phase = data.phase;
  }

  // ---- Title, banner, feed and sparklines are the server's own page, asked for again: at most every 15 s,
  // and only while somebody looks. The parser runs nothing of it.

  let waiting = false;
  let again = false;

  function refreshSoon() {
    again = waiting;
    if (!waiting) setTimeout(refresh, 2000 + 3000 * Math.random());
    waiting = true;
  }

  async function refresh() {
    again = document.hidden;
    try {
      if (document.hidden) return;
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      clockOf(answer);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of all("[data-part]")) {
        const other = one(`[data-part="${part.dataset.part}"]`, fresh);
        if (other && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(other));
      }
      const sparks = new Map(all("tr[data-team]", fresh).map((row) => [row.dataset.team, all(".spark path", row)]));
      for (const row of all("tr[data-team]")) {
        (sparks.get(row.dataset.team) || []).forEach((path, at) =>
          all(".spark path", row)[at].setAttribute("d", path.getAttribute("d")));
      }
      show(state);
      addLocalTimes();
      tick();
    } catch {
      again = true;
    } finally {
      setTimeout(() => {
        waiting = false;
        if (again) refreshSoon();
      }, 13000 + 12000 * Math.random());
    }
  }

  // ---- The stream. EventSource comes back by itself; its snapshot makes the table equal to the server's.

  let state = "still";
  let heard = "";

  function show(next) {
    state = next;
    const pill = one("[data-state]");
    if (!pill || next === "still") return;
    pill.dataset.state = next;
    const since = heard && ` · ${words.asOf} ${heard}`;
    one("[data-state-text]", pill).textContent = next === "live" ? words.live : words.reconnecting + since;
  }

  function listen() {
    const stream = new EventSource(table.dataset.live);
    const take = (whole) => (event) => {
      const data = JSON.parse(event.data);
      keepTime(data);
      apply(data, whole);
      heard = new Date().toLocaleTimeString(words.name, { hourCycle: "h23" });
      show("live");
    };
    stream.addEventListener("snapshot", take(true));
    stream.addEventListener("change", take(false));
    stream.addEventListener("open", () => show("live"));
    stream.addEventListener("error", () => {
      show("reconnecting");
      // The browser gives a refused stream up; try again, not all at once.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000 + 7000 * Math.random());
    });
  }

  addLocalTimes();
  tick();
  setInterval(tick, 1000);
  if (one("[data-until]")) {
    fetch("/healthz", { cache: "no-store" }).then(clockOf, () => {}).then(tick);
  }
  if (table && window.EventSource) listen();
})();
