"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const KEY = `ccpolicy-record:${data.plan}`;
  const FIRST = 8;
  const byId = (id) => document.getElementById(id);

  // What is kept: the language, the records to hand in, and the form that is being filled in.
  let state = { language: data.language, records: [], form: "", values: {}, by: "owner", which: "", shown: FIRST };
  let keeps = true;
  try {
    state = { ...state, ...JSON.parse(localStorage.getItem(KEY) || "{}") };
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    keeps = false;
  }
  if (!(state.language in data.languages)) state.language = data.language;
  if (!(state.form in data.forms)) Object.assign(state, { form: "", values: {} });
  state.records = state.records.filter((each) => each.form in data.forms);
  state.shown = FIRST;

  function keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      keeps = false;
    }
  }

  const word = (name, values = {}) =>
    data.words[state.language][name].replace(/\{(\w+)\}/g, (all, each) => values[each] ?? all);
  const said = (text) => text[state.language];

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((each) => each !== null));
    return made;
  }

  let clearing;
  function tell(text) {
    const status = byId("status");
    status.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => { status.textContent = ""; }, 6000);
  }

  // ---- What is due

  const groupOf = (item, by) => (by === "owner" ? said(item.owner) : item.groups[by]);

  function showDue() {
    byId("h-due").textContent = word("due");
    byId("as-of").textContent = word("asOf", { moment: data.asOf });
    const bys = ["owner", ...Object.keys(data.groups)];
    if (!bys.includes(state.by)) state.by = "owner";
    const names = [...new Set(data.due.map((item) => groupOf(item, state.by)).filter(Boolean))].sort();
    if (!names.includes(state.which)) state.which = "";
    const by = make("select", { id: "by", onchange: (event) => {
      Object.assign(state, { by: event.target.value, which: "", shown: FIRST });
      keep();
      showDue();
      byId("by").focus();
    } }, ...bys.map((each) =>
      make("option", { value: each, selected: each === state.by }, each === "owner" ? word("owner") : said(data.groups[each]))));
    const which = make("select", { id: "which", onchange: (event) => {
      Object.assign(state, { which: event.target.value, shown: FIRST });
      keep();
      showDue();
      byId("which").focus();
    } }, make("option", { value: "" }, word("all")),
      ...names.map((each) => make("option", { value: each, selected: each === state.which }, each)));
    byId("filters").replaceChildren(
      make("div", {}, make("label", { for: "by" }, word("by")), by),
      make("div", {}, make("label", { for: "which" }, word("which")), which));
    const items = data.due.filter((item) => !state.which || groupOf(item, state.by) === state.which);
    const [filled, elsewhere] = [true, false].map((has) => items.filter((item) => (item.form in data.forms) === has));
    const showItem = (item) => {
      const form = data.forms[item.form];
      const shown = [
        make("strong", {}, [said(item.called), item.words && said(item.words)].filter(Boolean).join(" · ")),
        make("span", {}, said(item.title) + (form ? ` · ${said(form.title)}` : "")),
        ...(form ? [] : item.why.map((each) => make("span", {}, said(each)))),
        make("span", { class: item.overdue ? "late" : null }, word(item.overdue ? "overdue" : "until", { day: item.at })),
      ];
      const kind = item.overdue ? "overdue" : null;
      // Without a form it is filled in elsewhere.
      if (!form) return make("li", {}, make("div", { class: kind }, ...shown));
      return make("li", {}, make("button", { type: "button", class: kind, onclick: () => fillIn(item) }, ...shown));
    };
    byId("due").replaceChildren(...filled.slice(0, state.shown).map(showItem));
    byId("elsewhere").hidden = !elsewhere.length;
    byId("elsewhere").querySelector("summary").textContent = word("elsewhere", { count: elsewhere.length });
    byId("elsewhere").querySelector("ul").replaceChildren(...elsewhere.map(showItem));
    if (!filled.length) byId("due").replaceChildren(make("li", {}, word("nothing")));
    const more = byId("more");
    more.hidden = filled.length <= state.shown;
    more.textContent = word("more");
  }

  function fillIn(item) {
    Object.assign(state, { form: item.form, values: { ...item.values } });
    keep();
    showForm();
    const inputs = [...byId("form").querySelectorAll("input, select")];
    (inputs.find((each) => !each.value) || inputs[0]).focus();
  }

  byId("more").addEventListener("click", () => {
    const before = state.shown;
    state.shown += FIRST;
    showDue();
    byId("due").children[before]?.firstChild.focus();
  });

  // ---- A form

  function showForm() {
    byId("h-fill").textContent = word("fill");
    byId("chooser").replaceChildren(
      make("label", { for: "dataset" }, word("dataset")),
      make("select", { id: "dataset", onchange: (event) => {
        Object.assign(state, { form: event.target.value, values: {} });
        keep();
        showForm();
        byId("dataset").focus();
      } }, make("option", { value: "" }, word("choose")),
        ...Object.entries(data.forms).map(([id, form]) =>
          make("option", { value: id, selected: id === state.form }, said(form.title)))),
      ...(data.leftOut.length ? [make("details", {}, make("summary", {}, word("leftOut")),
        make("ul", {}, ...data.leftOut.map((each) => make("li", {}, said(each)))))] : []));
    const form = data.forms[state.form];
    if (!form) {
      byId("form").replaceChildren();
      return;
    }
    byId("form").setAttribute("aria-label", said(form.title));
    byId("form").replaceChildren(
      make("p", { class: "sub" }, word("needed") + (form.numbered ? ` ${word("numbered")}` : "")),
      ...form.fields.map(showField),
      make("div", { class: "row" },
        make("button", { class: "main" }, word("save")),
        make("button", { type: "button", onclick: () => {
          state.values = {};
          keep();
          showForm();
          byId("dataset").focus();
        } }, word("clear"))));
  }

  function showField(field) {
    const id = `f-${field.name}`;
    const notes = [field.help && said(field.help), field.zone && word("zone", { zone: field.zone }), field.kind === "list" && word("listed")].filter(Boolean);
    const described = [notes.length && `${id}-help`, `${id}-fault`].filter(Boolean).join(" ");
    const value = state.values[field.name] ?? "";
    const shared = {
      id,
      name: field.name,
      "aria-describedby": described,
      "aria-required": field.required ? "true" : null,
      autocomplete: "off",
      oninput: (event) => {
        state.values[field.name] = event.target.value;
        keep();
        fault(field, "");
      },
    };
    let input;
    if (field.choices) {
      input = make("select", shared, make("option", { value: "" }, word("choose")),
        ...field.choices.map(([each, label]) => make("option", { value: each, selected: each === value }, said(label))));
    } else {
      const types = { date: "date", instant: "datetime-local" };
      const modes = { integer: "numeric", number: "decimal" };
      input = make("input", {
        ...shared,
        type: types[field.kind] || "text",
        inputmode: field.example ? null : modes[field.kind],
        placeholder: field.example,
        list: field.register ? `${id}-list` : null,
        value,
      });
    }
    const now = field.kind === "date" || field.kind === "instant"
      ? make("button", { type: "button", onclick: () => {
        input.value = localNow(field);
        input.dispatchEvent(new Event("input"));
        input.focus();
      } }, word(field.kind === "date" ? "today" : "now"))
      : null;
    return make("div", { class: "field" },
      make("label", { for: id }, said(field.label) + (field.required ? " *" : "")),
      now ? make("div", { class: "beside" }, input, now) : input,
      field.register ? make("datalist", { id: `${id}-list` }, ...entries(field).map(([each, words]) =>
        make("option", { value: words ? `${each} · ${said(words)}` : each }))) : null,
      notes.length ? make("p", { class: "sub", id: `${id}-help` }, notes.join(" · ")) : null,
      make("p", { class: "fault", id: `${id}-fault`, hidden: true }));
  }

  // What a register holds in force today.
  function entries(field) {
    const today = localNow({ kind: "date", zone: data.zone });
    return data.registers[field.register].filter(([, , since, until]) =>
      (!since || since <= today) && (!until || today <= until));
  }

  function localNow(field) {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: field.zone || data.zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).formatToParts(new Date());
    const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
    const day = `${part.year}-${part.month}-${part.day}`;
    return field.kind === "date" ? day : `${day}T${part.hour}:${part.minute}`;
  }

  function fault(field, text) {
    const input = byId(`f-${field.name}`);
    const place = byId(`f-${field.name}-fault`);
    place.textContent = text;
    place.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  // The value of a field, and what is wrong with it. Whoever records it has it judged again.
  function read(field) {
    const text = byId(`f-${field.name}`).value.trim();
    if (!text) return [null, field.required ? word("missing") : ""];
    if (field.register) {
      const found = data.registers[field.register].find(([each, words]) => text === each || Object.values(words || {}).some((about) => text === `${each} · ${about}`));
      return found ? [found[0], ""] : [text, word("unknown")];
    }
    if (field.choices) return [text, ""];
    // A text that says its unit is read by whoever records it.
    if (field.example) return [text, ""];
    if (field.kind === "integer" || field.kind === "number") return readNumber(field, text);
    if (field.happened && text > localNow(field)) return [text, word("ahead")];
    if (text.length < field.minLength) return [text, word("longer", { limit: field.minLength })];
    if (text.length > field.maxLength) return [text, word("shorter", { limit: field.maxLength })];
    if (field.pattern && field.kind === "text" && !fits(field.pattern, text)) return [text, word("pattern", { pattern: field.pattern })];
    return [text, ""];
  }

  function readNumber(field, text) {
    // 1,234 is more than a thousand to some and a little more than one to others.
    const number = /,\d{3}$/.test(text) ? NaN : Number(text.replace(",", "."));
    if (!Number.isFinite(number)) return [text, word("number")];
    if (field.kind === "integer" && !Number.isInteger(number)) return [text, word("whole")];
    if (number < field.minimum) return [text, word("least", { limit: field.minimum })];
    if (number > field.maximum) return [text, word("most", { limit: field.maximum })];
    // What a point means in the files, whoever records it knows.
    return [text.includes(".") ? text : number, ""];
  }

  function fits(pattern, text) {
    try {
      return new RegExp(pattern).test(text);
    } catch {
      return true;
    }
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = data.forms[state.form];
    const record = {};
    const wrong = [];
    for (const field of form.fields) {
      const [value, text] = read(field);
      fault(field, text);
      if (text) wrong.push(field);
      else if (value !== null) record[field.name] = value;
    }
    if (wrong.length) {
      tell(word("wrong", { count: wrong.length }));
      byId(`f-${wrong[0].name}`).focus();
      return;
    }
    state.records.push({ form: state.form, record });
    state.values = {};
    keep();
    showForm();
    showHandIn();
    tell(word("saved"));
    byId("dataset").focus();
  });

  // ---- To hand in

  function showHandIn() {
    byId("h-hand-in").textContent = word("handIn");
    const shown = [];
    if (!keeps) shown.push(make("p", { class: "late" }, word("blocked")));
    if (!state.records.length) shown.push(make("p", {}, word("empty")));
    for (const [id, form] of Object.entries(data.forms)) {
      const records = state.records.filter((each) => each.form === id);
      if (!records.length) continue;
      const lines = records.map((each) => `${JSON.stringify(each.record)}\n`).join("");
      const stamp = localNow({ kind: "instant" }).replace(/[-:]/g, "").replace("T", "-");
      const file = `${id}-${stamp}.jsonl`;
      // No workbook is changed: the records go into a new one.
      const into = form.file ? ` --file "${form.file.replaceAll("{stamp}", stamp)}"` : "";
      const text = make("textarea", { id: `t-${id}`, readonly: true, "aria-label": word("text", { title: said(form.title) }) });
      text.value = lines;
      shown.push(
        make("h3", {}, word("records", { title: said(form.title), count: records.length })),
        ...records.map((each) => showRecord(form, each)),
        text,
        make("p", { class: "sub" }, word("how", { command: `ccpolicy record ${id} --from ${file}${into}` })),
        make("div", { class: "row" },
          make("button", { type: "button", class: "main", onclick: () => download(file, lines) }, word("download")),
          make("button", { type: "button", onclick: () => copy(text) }, word("copy"))));
    }
    byId("hand-in").replaceChildren(...shown);
  }

  function showRecord(form, each) {
    const shown = form.fields.filter((field) => field.name in each.record).map((field) => {
      const value = String(each.record[field.name]);
      const choice = field.choices?.find(([known]) => known === value);
      return `${said(field.label)}: ${choice ? said(choice[1]) : value.replace("T", field.kind === "instant" ? " " : "T")}`;
    }).join(" · ");
    const drop = () => {
      state.records.splice(state.records.indexOf(each), 1);
      keep();
      showHandIn();
    };
    return make("div", { class: "kept" }, make("p", {}, shown),
      make("div", { class: "row" },
        make("button", { type: "button", "aria-label": `${word("change")}: ${shown}`, onclick: () => {
          drop();
          const values = Object.fromEntries(Object.entries(each.record).map(([name, value]) => [name, String(value)]));
          Object.assign(state, { form: each.form, values });
          keep();
          showForm();
          byId("form").querySelector("input, select").focus();
        } }, word("change")),
        make("button", { type: "button", "aria-label": `${word("remove")}: ${shown}`, onclick: () => {
          drop();
          tell(word("removed"));
          byId("main").focus();
        } }, word("remove"))));
  }

  function download(file, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    const link = make("a", { href: address, download: file });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      document.execCommand("copy");
    }
    tell(word("copied"));
  }

  // ---- Languages

  function showAll() {
    document.documentElement.lang = state.language;
    document.title = byId("title").textContent = said(data.title);
    const languages = Object.entries(data.languages);
    byId("languages").setAttribute("aria-label", word("language"));
    byId("languages").replaceChildren(...(languages.length > 1 ? languages.map(([id, name]) =>
      make("button", { type: "button", lang: id, id: `lang-${id}`, "aria-pressed": String(id === state.language), onclick: () => {
        state.language = id;
        state.which = state.by === "owner" ? "" : state.which;
        keep();
        showAll();
        byId(`lang-${id}`).focus();
      } }, name)) : []));
    showDue();
    showForm();
    showHandIn();
  }

  showAll();
  document.documentElement.dataset.ready = "";
})();
