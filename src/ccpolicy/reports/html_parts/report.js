"use strict";
// The page is complete without this. Here it is filtered, sorted, searched and paged through.
(async () => {
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("scripts");
  // Base 85: five characters are four bytes.
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=>?@^_`{|}~";
  const digits = new Map([...DIGITS].map((each, value) => [each, value]));
  const bytesOf = (text) => {
    const view = new DataView(new ArrayBuffer(Math.ceil(text.length / 5) * 4));
    for (let at = 0; at < text.length; at += 5) {
      let value = 0;
      for (let next = at; next < at + 5; next++) value = value * 85 + (digits.get(text[next]) ?? 84);
      view.setUint32((at / 5) * 4, value);
    }
    return view.buffer.slice(0, Math.floor((text.length * 4) / 5));
  };
  const unpacked = async (packed) => {
    const bytes = bytesOf(packed.content.textContent.trim());
    packed.remove();
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return (await new Response(stream).text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  };
  // What is read with scripts alone comes to its places, which stand in the same order.
  const places = all("template:not([id])");
  try {
    (await unpacked(one("#folded"))).forEach((part, index) => {
      const holder = document.createElement("template");
      holder.innerHTML = part;
      places[index].replaceWith(holder.content);
    });
  } catch {
    root.classList.remove("scripts");
    return;
  }

  // State stands in the address: #place?language=zh&filter=now-fail,severity-high&q=…
  const state = { place: "", language: "", theme: "", filter: [], q: "", lq: "", on: "", to: "", state: "", sort: "", page: 1, sq: "", which: "", sp: 1 };
  // Subjects that a switch leaves; verdicts are numbered from the worst, and 3 is a pass.
  const AMONG = {
    now: (each) => each.now < 3,
    period: (each) => each.period === 0,
    "not-due": (each) => each.notDue,
    paused: (each) => each.paused !== undefined,
  };
  const languages = all("input[name=language]").map((each) => each.id.slice(5));
  // The first language of the reader that the plan has; else the one that it was written for.
  const offered = (tag) => languages.find((each) => tag === each || tag.startsWith(each + "-"));
  const initial = navigator.languages.map(offered).find(Boolean) || root.lang;
  const titles = JSON.parse(root.dataset.titles);
  const lengths = JSON.parse(root.dataset.lengths);

  const read = () => {
    const [place, query = ""] = location.hash.slice(1).split("?");
    const values = new URLSearchParams(query);
    state.place = decode(place);
    state.language = languages.includes(values.get("language")) ? values.get("language") : initial;
    state.theme = ["light", "dark"].includes(values.get("theme")) ? values.get("theme") : "auto";
    state.filter = (values.get("filter") || "").split(",").filter(Boolean);
    state.q = values.get("q") || "";
    state.lq = values.get("lq") || "";
    state.on = /^\d{4}-\d\d-\d\d$/.test(values.get("on")) ? values.get("on") : "";
    state.to = /^\d{4}-\d\d-\d\d$/.test(values.get("to")) ? values.get("to") : "";
    state.state = values.get("state") || "";
    state.sort = values.get("sort") || "";
    state.page = Math.max(1, parseInt(values.get("page"), 10) || 1);
    state.sq = values.get("sq") || "";
    state.which = Object.hasOwn(AMONG, values.get("which")) ? values.get("which") : "";
    state.sp = Math.max(1, parseInt(values.get("sp"), 10) || 1);
  };
  const decode = (text) => {
    try { return decodeURIComponent(text); } catch { return text; }
  };
  const address = (place) => {
    const values = new URLSearchParams();
    if (state.language !== initial) values.set("language", state.language);
    if (state.theme !== "auto") values.set("theme", state.theme);
    if (state.filter.length) values.set("filter", state.filter.join(","));
    for (const name of ["q", "lq", "on", "to", "state", "sort", "sq", "which"]) if (state[name]) values.set(name, state[name]);
    if (state.page > 1) values.set("page", state.page);
    if (state.sp > 1) values.set("sp", state.sp);
    const query = values.toString();
    return "#" + encodeURIComponent(place) + (query ? "?" + query : "");
  };
  const write = () => history.replaceState(null, "", address(state.place));

  // Controls, and all that stands for one
  const sections = all("section.control");
  const told = one("#tokens");
  const tokens = told ? JSON.parse(told.content.textContent).map((each) => new Set(each.split(" "))) : [];
  const followers = all("[data-c]").filter((each) => !each.matches("section.control"));
  // Headings that count the controls below them, which say how many of these are left
  const counted = all("main h3 > .n").map((count) => [count, all("[data-c]", count.closest("h3").parentElement)])
    .filter(([count, listed]) => listed.length && Number(count.textContent) === listed.length);
  const boxes = all(".facet input");
  let texts = null;
  let visible = sections.map(() => true);

  const chosen = () => {
    const groups = new Map();
    for (const box of boxes) if (box.checked) groups.set(box.dataset.facet, [...(groups.get(box.dataset.facet) || []), box.value]);
    return [...groups.values()];
  };
  const filter = () => {
    const groups = chosen();
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = sections.map((section) => section.textContent.toLowerCase());
    visible = sections.map((_, index) =>
      groups.every((group) => group.some((token) => tokens[index].has(token))) &&
      words.every((word) => texts[index].includes(word)));
    sections.forEach((section, index) => { section.hidden = !visible[index]; });
    // The brief edition has no sections to filter: there, all that stands for a control is shown.
    for (const each of followers) each.toggleAttribute("hidden", visible[each.dataset.c] === false);
    for (const facet of all(".facet")) {
      const picked = all("input:checked", facet).length;
      one(".picked", facet).textContent = picked || "";
    }
    const matched = one("#matched b");
    if (matched) {
      matched.textContent = visible.filter(Boolean).length;
      one("#unmatched").hidden = visible.some(Boolean);
    }
    for (const [count, listed] of counted) {
      const left = listed.filter((each) => !each.hidden).length;
      count.textContent = left === listed.length ? left : `${left} / ${listed.length}`;
    }
    page();
  };

  // Language and colours
  const show = () => {
    if (languages.length) one("#lang-" + state.language).checked = true;
    one("#theme-" + state.theme).checked = true;
    root.lang = state.language;
    document.title = titles[state.language];
    for (const box of boxes) box.checked = state.filter.includes(box.value);
    if (one("#q")) {
      one("#q").value = state.q;
      one("#lq").value = state.lq;
      one("#ld").value = state.on;
      one("#lt").value = state.to;
      one("#range").value = state.on && state.to ? state.on + "/" + state.to : "";
      (one(`input[name=state][value="${CSS.escape(state.state)}"]`) || one("#state-all")).checked = true;
    }
    if (one("#sq")) {
      one("#sq").value = state.sq;
      one("#which-" + (state.which || "all")).checked = true;
    }
    filter();
  };

  // A place may stand in something folded
  const go = (focus) => {
    const target = state.place && document.getElementById(state.place);
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.localName === "details") each.open = true;
    const section = target.closest("section.control");
    if (section) {
      one("details.body", section).open = true;
      // The subject that fared worst is shown with its records.
      const worst = one(".tl details", section);
      if (worst && target === section) worst.open = true;
    }
    if (section && section.hidden) { state.filter = []; state.q = ""; write(); show(); }
    target.scrollIntoView();
    if (focus) { target.setAttribute("tabindex", "-1"); target.focus({ preventScroll: true }); }
  };

  // Tables that sort
  const sorter = (table) => {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const each of heads) each.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = one("tbody", table);
        const key = (row) => row.cells[column].dataset.k ?? seen(row.cells[column]);
        const rows = all("tr", body).map((row, place) => ({ row, place, key: key(row) }));
        rows.sort((a, b) => (up ? 1 : -1) * compare(a.key, b.key) || a.place - b.place);
        body.append(...rows.map((each) => each.row));
      });
    });
  };
  // Sentences in the page's own language do not name it.
  const pageLanguage = root.lang;
  const isSaid = (each) => (each.lang || pageLanguage) === state.language;
  const seen = (cell) => {
    const said = all("i, [lang]", cell).find(isSaid);
    return (said || cell).textContent.trim();
  };
  const collator = new Intl.Collator("zh-CN", { numeric: true });
  const compare = (a, b) => {
    const [x, y] = [a, b].map((each) => Number(String(each).replaceAll(",", "")));
    return Number.isNaN(x) || Number.isNaN(y) ? collator.compare(a, b) : x - y;
  };

  // Parts of a subject's name as readers of each language call them
  const labelled = ({ subject, labels }) => subject.split(" × ").map((part, i) =>
    labels[i] && Object.hasOwn(labels[i], part) ? labels[i][part] : { "": part });
  const called = (each) => labelled(each).map((words) => words[state.language] || Object.values(words)[0]).join(" × ");
  const callings = (each) => labelled(each).flatMap((words) => Object.values(words)).join(" ");

  // All lapses, unpacked when they are first looked at
  const PAGE = 100;
  const WORDS = ["open", "waived", "cured"];
  let lapses = null;
  let unpacking = null;
  const unpack = async () => {
    const found = [];
    for (const block of await unpacked(one("#packed"))) {
      const known = new Set(block.known);
      const then = new Set(block.then);
      const text = (index) => (index < 0 ? "" : block.texts[index]);
      const place = (file, at) => (file < 0 ? "" : at === 0 ? text(file) : text(file) + ":" + at);
      for (let i = 0; i < block.subject.length; i++) {
        const waiver = text(block.waiver[i]);
        const open = block.lasts[i] < 0;
        found.push({
          control: block.control, subject: text(block.subject[i]), labels: block.labels, site: text(block.site[i]),
          starts: block.starts[i], ends: open ? Infinity : block.starts[i] + block.lasts[i],
          lasted: block.lasted[i], paused: block.paused[i] || 0, waiver, known: known.has(i), then: then.has(i),
          state: waiver || then.has(i) ? 1 : open ? 0 : 2,
          opened: place(block.opened[i], block.openedAt[i]), closed: place(block.closed[i], block.closedAt[i]),
        });
      }
    }
    return found;
  };
  const ids = sections.map((section) => one("a.id", section).textContent);
  let matching = null;
  let asked = "";
  // Totals of what matches, each lapse cut to the range and to the period.
  const sums = one("#sums");
  // Numbers and lengths of time are said as everywhere in the report.
  const number = (value) => value.toLocaleString("en", { maximumFractionDigits: 2 });
  const filled = (units, values) =>
    lengths[state.language][units].replace(/{(\w+)}/g, (_, name) => number(values[name]));
  const length = (seconds) => {
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor((seconds % 86400) / 3600);
    return days ? filled(hours ? "d h" : "d", { days, hours }) : clock(seconds);
  };
  const clock = (seconds) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    return filled(hours ? (minutes ? "h min" : "h") : minutes || !seconds ? "min" : "s", { hours, minutes, seconds });
  };
  const sum = (first, after) => {
    const [asOf, starts, ends] = [sums.dataset.asOf, sums.dataset.starts, sums.dataset.ends].map(Number);
    const total = [0, 0];
    const own = new Map();
    for (const lapse of matching) {
      const isCut = first > starts || after < ends;
      const seconds = isCut ? Math.max(0, Math.min(lapse.ends, asOf, ends, after) - Math.max(lapse.starts, starts, first)) * 60 : lapse.lasted;
      const waived = lapse.waiver ? 1 : 0;
      total[waived] += seconds;
      if (waived) continue;
      const [count, sum] = own.get(lapse.control) || [0, 0];
      own.set(lapse.control, [count + 1, sum + seconds]);
    }
    const [lapsesOf, lapsed, waived, byControl] = all("dd", sums);
    lapsesOf.textContent = number(matching.length);
    lapsed.textContent = length(total[0]);
    waived.textContent = length(total[1]);
    byControl.replaceChildren(...[...own].sort((a, b) => a[0] - b[0]).flatMap(([control, [count, seconds]]) => {
      const link = cell("a", ids[control], "id");
      link.href = "#" + sections[control].id;
      return [link, ` ${number(count)}, ${length(seconds)} · `];
    }));
    if (byControl.lastChild) byControl.lastChild.textContent = byControl.lastChild.textContent.slice(0, -3);
  };
  const minute = (day) => Date.parse(day + "T00:00Z") / 60000;
  const match = () => {
    const sites = boxes.filter((box) => box.checked && box.dataset.facet === "site").map((box) => box.dataset.text);
    const question = JSON.stringify([visible, sites, state.lq, state.on, state.to, state.state, state.sort, state.language]);
    if (question === asked) return;
    asked = question;
    // A day among the words is one on which the lapse lasted.
    const told = state.lq.toLowerCase().split(/\s+/).filter(Boolean);
    const isDay = (word) => /^\d{4}-\d\d-\d\d$/.test(word) && !Number.isNaN(minute(word));
    const [words, days] = [told.filter((word) => !isDay(word)), told.filter(isDay).map(minute)];
    const wanted = WORDS.indexOf(state.state);
    // Days of the range: from the first one's beginning to the last one's end.
    const [first, after] = [state.on ? minute(state.on) : -Infinity, state.to || state.on ? minute(state.to || state.on) + 1440 : Infinity];
    matching = lapses.filter((lapse) =>
      visible[lapse.control] && (wanted < 0 || lapse.state === wanted) && (state.state !== "known" || lapse.known) &&
      lapse.starts < after && lapse.ends > first &&
      days.every((day) => lapse.starts < day + 1440 && lapse.ends > day) &&
      (!sites.length || !lapse.site || sites.includes(lapse.site)) &&
      (!words.length || words.every((word) =>
        (ids[lapse.control] + " " + lapse.subject + " " + callings(lapse) + " " + lapse.opened + " " + lapse.closed).toLowerCase().includes(word))));
    sum(first, after);
    const [name, down] = state.sort.split("-");
    if (["control", "state", "subject", "starts", "ends", "lasted", "paused"].includes(name)) {
      const order = name === "subject" ? (a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0)
        : (a, b) => (a[name] === b[name] ? 0 : a[name] - b[name]);
      matching.sort((a, b) => (down ? -1 : 1) * order(a, b));
    }
  };
  const pauses = one("#lapses th[data-s=paused]");
  let records = null;
  const record = (place) => {
    if (!records) {
      records = new Map();
      for (const table of all("table.records"))
        for (const row of all("tbody tr", table)) records.set(table.dataset.file + ":" + row.cells[0].textContent, row.id);
    }
    return records.get(place);
  };
  const cell = (name, content, kind) => {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    made.append(content);
    return made;
  };
  const copy = (id) => {
    const made = one(id).cloneNode(true);
    made.removeAttribute("id");
    return made;
  };
  const moment = (minutes) => {
    const said = new Date(minutes * 60000).toISOString();
    return said.slice(0, 10) + (said.slice(11, 16) === "00:00" ? "" : " " + said.slice(11, 16));
  };
  // Whole days by their last one, as everywhere in the report.
  const end = (lapse) => {
    const days = lapse.starts % 1440 === 0 && lapse.ends % 1440 === 0;
    const said = new Date(lapse.ends * 60000).toISOString();
    return days ? moment(lapse.ends - 1440) : said.slice(0, 10) + " " + said.slice(11, 16);
  };
  // A record's file with the folder around it, as everywhere on the page.
  const short = (place) => {
    const [file, ...path] = place.split("#");
    return [file.split("/").slice(-2).join("/"), ...path].join("#");
  };
  const source = (place) => {
    if (!place) return copy("#t-none");
    const id = record(place);
    const made = document.createElement(id ? "a" : "span");
    made.className = "rec";
    made.textContent = id ? short(place) : place;
    if (id) made.href = "#" + id;
    return made;
  };
  const fill = () => {
    match();
    const pages = Math.max(1, Math.ceil(matching.length / PAGE));
    state.page = Math.min(state.page, pages);
    const first = (state.page - 1) * PAGE;
    const rows = matching.slice(first, first + PAGE).map((lapse) => {
      const row = document.createElement("tr");
      const link = document.createElement("a");
      link.className = "id";
      link.href = "#" + sections[lapse.control].id;
      link.textContent = ids[lapse.control];
      const subject = cell("th", cell("bdi", called(lapse)));
      subject.scope = "row";
      const stands = cell("td", copy("#t-" + (lapse.then ? "then" : WORDS[lapse.state])));
      if (lapse.known) stands.append(" ", copy("#t-known"));
      row.append(
        cell("td", link), stands, subject,
        cell("td", moment(lapse.starts), "date"),
        cell("td", lapse.ends === Infinity ? copy("#t-still") : end(lapse), "date"),
        cell("td", length(lapse.lasted), "num nb"), ...(pauses ? [cell("td", clock(lapse.paused), "num nb")] : []),
        cell("td", source(lapse.opened)),
        cell("td", lapse.closed ? source(lapse.closed) : "–"));
      return row;
    });
    one("#lapses tbody").replaceChildren(...rows);
    const shown = matching.length ? `${number(first + 1)}–${number(first + rows.length)}` : "0";
    one("#page").textContent = `${shown} / ${number(matching.length)}`;
    one("#previous").disabled = state.page === 1;
    one("#next").disabled = state.page === pages;
    for (const head of all("#lapses th[data-s]")) {
      const [name, down] = state.sort.split("-");
      if (name === head.dataset.s) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  };
  // All subjects: unpacked, searched and paged through in the same way
  let subjects = null;
  let unpackingSubjects = null;
  const unpackSubjects = async () => {
    const found = [];
    for (const block of await unpacked(one("#packed-subjects"))) {
      const text = (index) => (index < 0 ? "" : block.texts[index]);
      const notDue = new Set(block.notDue);
      block.subject.forEach((number, i) => {
        const [file, line] = [text(block.file[i]), block.line[i]];
        const subject = text(number), labels = block.labels, evidence = line === 0 ? file : file + ":" + line;
        const words = [ids[block.control], subject, callings({ subject, labels }), evidence].join(" ").toLowerCase();
        found.push({
          control: block.control, subject, labels, evidence, words, now: block.now[i], period: block.period[i],
          since: block.since[i], due: block.due[i], lapses: block.lapses[i], lasted: block.lasted[i], notDue: notDue.has(i), paused: block.paused[i],
        });
      });
    }
    return found;
  };
  const fillSubjects = () => {
    const words = state.sq.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = subjects.filter((each) => visible[each.control] &&
      (!state.which || AMONG[state.which](each)) &&
      words.every((word) => each.words.includes(word)));
    const pages = Math.max(1, Math.ceil(fitting.length / PAGE));
    state.sp = Math.min(state.sp, pages);
    const first = (state.sp - 1) * PAGE;
    const rows = fitting.slice(first, first + PAGE).map((each) => {
      const row = document.createElement("tr");
      const link = cell("a", ids[each.control], "id");
      link.href = "#" + sections[each.control].id;
      const name = cell("button", each.subject, "name");
      name.type = "button";
      name.dataset.subject = each.subject.split(" × ")[0];
      const subject = cell("th", name);
      subject.scope = "row";
      if (called(each) !== each.subject) subject.append(" ", cell("span", called(each), "sub"));
      const now = cell("td", copy("#t-v-" + each.now));
      if (each.notDue) now.append(" ", copy("#t-not-due"));
      if (each.paused !== undefined) now.append(" ", copy("#t-paused"), " " + clock(each.paused));
      row.append(
        cell("td", link), subject, now, cell("td", copy("#t-v-" + each.period)),
        cell("td", each.since < 0 ? "–" : moment(each.since), "date"),
        cell("td", source(each.evidence)),
        cell("td", each.due < 0 ? "–" : moment(each.due % 1440 ? each.due : each.due - 1440), "date"),
        cell("td", number(each.lapses), "num"), cell("td", each.lasted ? length(each.lasted) : "–", "num nb"));
      return row;
    });
    one("#subjects tbody").replaceChildren(...rows);
    one("#subjects-page").textContent =
      `${fitting.length ? `${number(first + 1)}–${number(first + rows.length)}` : "0"} / ${number(fitting.length)}`;
    one("#subjects-previous").disabled = state.sp === 1;
    one("#subjects-next").disabled = state.sp === pages;
  };
  const lookSubjects = () => {
    unpackingSubjects ??= unpackSubjects().then((found) => { subjects = found; fillSubjects(); root.dataset.subjects = found.length; });
    return unpackingSubjects;
  };
  const listenToSubjects = () => {
    let timer = 0;
    const again = () => { state.sp = 1; write(); if (subjects) fillSubjects(); };
    one("#sq").addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => { state.sq = event.target.value; again(); }, 120);
    });
    for (const input of all("input[name=which]")) input.addEventListener("change", () => { state.which = input.value; again(); });
    for (const [id, step] of [["#subjects-previous", -1], ["#subjects-next", 1]]) {
      one(id).addEventListener("click", () => { state.sp += step; write(); fillSubjects(); });
    }
    one("#subjects tbody").addEventListener("click", (event) => {
      const name = event.target.closest("button.name");
      if (!name) return;
      state.sq = one("#sq").value = name.dataset.subject;
      state.which = "";
      one("#which-all").checked = true;
      again();
      one("#sq").focus();
    });
    one("#their-lapses").addEventListener("click", () => {
      state.lq = one("#lq").value = state.sq;
      state.page = 1;
      state.place = "s-lapses";
      history.pushState(null, "", address(state.place));
      look().then(fill);
      go(true);
    });
    new IntersectionObserver((entries, observer) => {
      if (entries.some((entry) => entry.isIntersecting)) { observer.disconnect(); lookSubjects(); }
    }, { rootMargin: "800px" }).observe(one("#s-subjects"));
    if (state.sq || state.which || state.sp > 1 || state.place === "s-subjects") lookSubjects();
  };
  const page = () => {
    if (lapses) fill();
    if (subjects) fillSubjects();
  };
  const look = () => {
    unpacking ??= unpack().then((found) => { lapses = found; fill(); root.dataset.lapses = found.length; });
    return unpacking;
  };

  // A record, looked at where it is named: in the reader's language alone
  const peek = one("#peek");
  const said = (shown) => {
    const copied = shown.cloneNode(true);
    for (const each of all("i, [lang]:not(.always)", copied)) if (!isSaid(each)) each.remove();
    return copied.textContent.trim();
  };
  const open = (row, place) => {
    const heads = all("thead th", row.closest("table")).slice(1);
    const list = one("dl", peek);
    list.replaceChildren();
    heads.forEach((head, index) => {
      const value = said(row.cells[index + 1]);
      if (value) list.append(cell("dt", said(head)), cell("dd", value));
    });
    one("#peek-title").textContent = row.closest("table").dataset.file + ":" + row.cells[0].textContent;
    one("#peek-go").href = "#" + place;
    peek.showModal();
  };

  const toggle = (opened) => {
    const inside = all("main details:not(.facet)").filter((each) => !each.closest("[hidden]"));
    for (const each of inside) each.open = opened;
  };
  const listen = () => {
    for (const input of all("input[name=language], input[name=theme]")) {
      input.addEventListener("change", () => {
        state[input.name] = input.id.slice(input.id.indexOf("-") + 1);
        write();
        show();
      });
    }
    for (const box of boxes) {
      box.addEventListener("change", () => {
        state.filter = boxes.filter((each) => each.checked).map((each) => each.value);
        state.page = 1;
        write();
        filter();
      });
    }
    for (const facet of all(".facet")) {
      facet.addEventListener("toggle", () => {
        if (facet.open) for (const other of all(".facet[open]")) if (other !== facet) other.open = false;
      });
    }
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      if (!event.target.closest(".facet")) for (const facet of all(".facet[open]")) facet.open = false;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (link.dataset.filter) state.filter = [link.dataset.filter];
      const place = decode(link.getAttribute("href").slice(1));
      const target = document.getElementById(place);
      event.preventDefault();
      if (target && link.id !== "peek-go" && target.closest("table.records")) return open(target, place);
      peek.close();
      state.place = place;
      history.pushState(null, "", address(place));
      if (link.dataset.filter) show();
      go(true);
      mark();
    });
    peek.addEventListener("click", (event) => { if (event.target === peek) peek.close(); });
    one("#peek-close").addEventListener("click", () => peek.close());
    addEventListener("hashchange", () => { read(); show(); go(false); });
    addEventListener("popstate", () => { read(); show(); go(false); mark(); });
    if (!one("#q")) return;
    let timer = 0;
    for (const name of ["q", "lq"]) {
      one("#" + name).addEventListener("input", (event) => {
        clearTimeout(timer);
        timer = setTimeout(() => { state[name] = event.target.value; state.page = 1; write(); filter(); }, 120);
      });
    }
    const ranged = (on, to) => { state.on = on; state.to = to; state.page = 1; write(); show(); };
    one("#ld").addEventListener("change", (event) => ranged(event.target.value, state.to));
    one("#lt").addEventListener("change", (event) => ranged(state.on, event.target.value));
    one("#range").addEventListener("change", (event) => ranged(...(event.target.value ? event.target.value.split("/") : ["", ""])));
    one("#clear").addEventListener("click", () => { state.filter = []; state.q = ""; state.page = 1; write(); show(); });
    one("#expand").addEventListener("click", () => toggle(true));
    one("#fold").addEventListener("click", () => toggle(false));
    for (const input of all("input[name=state]")) {
      input.addEventListener("change", () => { state.state = input.value; state.page = 1; write(); page(); });
    }
    for (const [id, step] of [["#previous", -1], ["#next", 1]]) {
      one(id).addEventListener("click", () => { state.page += step; write(); page(); });
    }
    for (const head of all("#lapses th[data-s]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const name = head.dataset.s;
        state.sort = state.sort === name ? name + "-down" : name;
        state.page = 1;
        write();
        page();
      });
    }
    addEventListener("keydown", (event) => {
      if (event.key === "Escape") for (const facet of all(".facet[open]")) { facet.open = false; one("summary", facet).focus(); }
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search], input[type=date], select")) return;
      event.preventDefault();
      one("#q").focus();
    });
    new IntersectionObserver((entries, observer) => {
      if (entries.some((entry) => entry.isIntersecting)) { observer.disconnect(); look(); }
    }, { rootMargin: "800px" }).observe(one("#s-lapses"));
    if (state.lq || state.on || state.to || state.state || state.sort || state.page > 1 || state.place === "s-lapses") look();
    if (one("#sq")) listenToSubjects();
  };

  // The contents say where one is
  const links = new Map(all(".contents a").map((link) => [link.getAttribute("href").slice(1), link]));
  const mark = () => {
    for (const link of links.values()) link.removeAttribute("aria-current");
    (links.get(state.place) || links.get("s-cover"))?.setAttribute("aria-current", "location");
  };
  const spy = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || !links.has(entry.target.id)) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id).setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const id of links.keys()) if (document.getElementById(id)) spy.observe(document.getElementById(id));

  if (matchMedia("(max-width: 1000px)").matches) one(".menu").open = false;
  read();
  for (const table of all("table.sortable")) sorter(table);
  listen();
  show();
  go(false);
  root.dataset.ready = "";
})();
