"use strict";

// The page to look into a server: agents, sessions, chats, what was recalled, memories, jobs.
// Everything that comes from the server is set as text, never as HTML.

const KEY = "julep-key";
const PAGE_SIZE = 50;
const main = document.getElementById("main");
const startedJobs = [];

// --- Requests -------------------------------------------------------------------------------

class ApiError extends Error {
  constructor(status, error) {
    const details = (error.details || []).map((d) => `${d.path ? d.path + ": " : ""}${d.message}`);
    super([error.message, ...details].join("\n"));
    this.status = status;
  }
}

function send(method, path, body, signal) {
  const headers = { Accept: "application/json, text/event-stream;q=0.9" };
  const key = sessionStorage.getItem(KEY);
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return fetch(`api${path}`, { method, headers, body: text, signal, cache: "no-store" });
}

async function refused(response) {
  const body = await response.json().catch(() => ({}));
  const error = new ApiError(response.status, body.error || { message: `status ${response.status}` });
  if (response.status === 401 || (response.status === 403 && !sessionStorage.getItem(KEY))) {
    await signIn(error.message);
  }
  return error;
}

async function call(method, path, body) {
  const response = await send(method, path, body);
  if (!response.ok) throw await refused(response);
  const found = await response.json();
  for (const job of found.jobs || []) remember(job);
  return found;
}

function remember(job) {
  if (!startedJobs.includes(job)) startedJobs.unshift(job);
}

// Yields the objects of a stream of server-sent events.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the answer broke off");
    text += value.replace(/\r/g, "");
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const data = lines.filter((l) => l.startsWith("data:")).map((l) => l.slice(5).trimStart()).join("\n");
      if (data === "[DONE]") return;
      if (!data) continue;
      const event = JSON.parse(data);
      if (event.error) throw new ApiError(200, event.error);
      yield event;
    }
  }
}

function signIn(reason) {
  const dialog = document.getElementById("sign-in");
  const field = document.getElementById("key");
  document.getElementById("sign-in-reason").textContent = reason;
  if (dialog.open) return Promise.resolve();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (field.value) {
        sessionStorage.setItem(KEY, field.value);
        field.value = "";
        show();
      }
      resolve();
    }, { once: true });
  });
}

// --- Elements -------------------------------------------------------------------------------

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

const link = (to, ...text) => element("a", { href: `#${to}` }, ...text);
const quiet = (...text) => element("p", { class: "quiet" }, ...text);
const time = (iso) => (iso ? element("time", { datetime: iso }, new Date(iso).toLocaleString()) : "");
const title = (...text) => element("h1", {}, ...text);
const short = (text, length = 120) => (text && text.length > length ? `${text.slice(0, length)}…` : text || "");
const texts = (value) => (Array.isArray(value) ? value : value ? [value] : []);

function notice(error) {
  const shown = document.getElementById("notice");
  shown.textContent = error ? error.message : "";
  shown.hidden = !error;
}

// Runs an action of the user, and shows its failure.
function action(perform) {
  return async (event) => {
    if (event) event.preventDefault();
    notice(null);
    try {
      await perform(event);
    } catch (error) {
      if (error.name !== "AbortError") notice(error);
    }
  };
}

function table(heads, rows) {
  if (!rows.length) return quiet("None.");
  return element("div", { class: "scrolls" }, element("table", {},
    element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows.map((cells) => element("tr", {}, cells.map((cell) => element("td", {}, cell)))))));
}

// A list that loads its next page by a button.
async function pages(path, heads, row) {
  const holder = element("div");
  const rows = [];
  const more = element("button", { type: "button", onclick: action(load) }, "More");
  async function load() {
    const separator = path.includes("?") ? "&" : "?";
    const { items } = await call("GET", `${path}${separator}limit=${PAGE_SIZE}&offset=${rows.length}`);
    rows.push(...items.map(row));
    holder.replaceChildren(table(heads, rows), items.length === PAGE_SIZE ? more : "");
  }
  await load();
  return holder;
}

// A form of labelled fields: name, label, and optionally "long" or "optional".
function form(name, fields, submit) {
  const inputs = {};
  const labels = fields.map(([field, label, ...kinds]) => {
    const attributes = { name: field, required: !kinds.includes("optional") };
    inputs[field] = element(kinds.includes("long") ? "textarea" : "input", attributes);
    return element("label", {}, label, inputs[field]);
  });
  const values = () => Object.fromEntries(
    Object.entries(inputs).map(([field, input]) => [field, input.value]).filter(([, value]) => value !== ""));
  return element("details", {}, element("summary", {}, name),
    element("form", { onsubmit: action(() => submit(values())) }, labels, element("button", { class: "main" }, name)));
}

function remove(label, path, then) {
  const perform = action(async () => {
    if (!confirm(`Delete ${label}? This can't be undone.`)) return;
    await call("DELETE", path);
    location.hash = then;
    if (location.hash === `#${then}`) await show();
  });
  return element("button", { type: "button", onclick: perform, "aria-label": `Delete ${label}` }, "Delete");
}

// --- Views ----------------------------------------------------------------------------------

async function agentsView() {
  const list = await pages("/agents", ["Name", "About", "Model", "Created"], (agent) => [
    link(`/agents/${agent.id}`, agent.name), short(agent.about), agent.model, time(agent.created_at)]);
  const create = form("New agent", [["name", "Name"], ["about", "About", "long", "optional"],
    ["instructions", "Instructions", "long", "optional"]], async (values) => {
    const made = await call("POST", "/agents", values);
    location.hash = `/agents/${made.id}`;
  });
  return [title("Agents"), create, list];
}

async function agentView(id) {
  const agent = await call("GET", `/agents/${id}`);
  const owner = `/agents/${id}`;
  const [sessions, documents, tools, memories] = await Promise.all([
    pages(`/sessions?agent_id=${id}`, ["Session", "Situation", "Changed"], sessionRow),
    docsList(owner), toolsList(owner), memoriesList(owner)]);
  const create = form("New session", [["situation", "Situation", "long", "optional"],
    ["user_id", "Id of a user", "optional"]], async (values) => {
    const made = await call("POST", "/sessions", { agent_id: id, ...values });
    location.hash = `/sessions/${made.id}`;
  });
  return [title(agent.name), quiet(agent.model, " · ", agent.id), element("p", {}, agent.about),
    element("ol", {}, texts(agent.instructions).map((text) => element("li", {}, text))),
    element("h2", {}, "Sessions"), create, sessions,
    element("h2", {}, "Documents"), documents,
    element("h2", {}, "Tools"), tools,
    element("h2", {}, "Memories"), memories,
    element("h2", {}, "Delete"), remove(`agent ${agent.name}`, owner, "/agents")];
}

function sessionRow(session) {
  return [link(`/sessions/${session.id}`, session.id.slice(0, 8)), short(session.situation), time(session.updated_at)];
}

async function docsList(owner) {
  const list = await pages(`${owner}/docs`, ["Title", "Text", "Created", ""], (doc) => [
    doc.title, short(texts(doc.content).join(" ")), time(doc.created_at),
    remove(`document ${doc.title}`, `${owner}/docs/${doc.id}`, owner)]);
  const add = form("Add a document", [["title", "Title"], ["content", "Text", "long"]], async (values) => {
    await call("POST", `${owner}/docs`, values);
    await show();
  });
  return element("div", {}, add, list);
}

function toolsList(owner) {
  return pages(`${owner}/tools`, ["Name", "Description", "Parameters"], (tool) => [
    tool.function.name, tool.function.description || "",
    element("pre", {}, JSON.stringify(tool.function.parameters, null, 1))]);
}

async function memoriesList(owner) {
  const found = element("div");
  const query = element("input", { "aria-label": "Search in memories", placeholder: "Search", type: "search" });
  const load = async () => {
    const path = `${owner}/memories${query.value ? `?query=${encodeURIComponent(query.value)}` : ""}`;
    found.replaceChildren(await pages(path, ["Memory", "Kind", "User", "Created"], (memory) => [
      memory.content, memory.type, memory.user_id ? link(`/users/${memory.user_id}`, memory.user_id.slice(0, 8)) : "",
      time(memory.created_at)]));
  };
  await load();
  return element("div", {}, element("form", { role: "search", onsubmit: action(load) }, query), found);
}

async function usersView() {
  const list = await pages("/users", ["Name", "About", "Created"], (user) => [
    link(`/users/${user.id}`, user.name || user.id.slice(0, 8)), short(user.about), time(user.created_at)]);
  const create = form("New user", [["name", "Name"], ["about", "About", "long", "optional"]], async (values) => {
    const made = await call("POST", "/users", values);
    location.hash = `/users/${made.id}`;
  });
  return [title("Users"), create, list];
}

async function userView(id) {
  const user = await call("GET", `/users/${id}`);
  const [sessions, documents] = await Promise.all([
    pages(`/sessions?user_id=${id}`, ["Session", "Situation", "Changed"], sessionRow), docsList(`/users/${id}`)]);
  return [title(user.name || "User"), quiet(user.id), element("p", {}, user.about || ""),
    element("h2", {}, "Sessions"), sessions, element("h2", {}, "Documents"), documents,
    element("h2", {}, "Delete"), remove(`user ${user.name || user.id}`, `/users/${id}`, "/users")];
}

async function sessionsView() {
  return [title("Sessions"), await pages("/sessions", ["Session", "Situation", "Changed"], sessionRow)];
}

async function jobsView() {
  if (!startedJobs.length) return [title("Jobs"), quiet("The jobs that this page starts are listed here.")];
  const jobs = await Promise.all(startedJobs.map((id) => call("GET", `/jobs/${id}`)));
  return [title("Jobs"), element("button", { type: "button", onclick: action(show) }, "Refresh"),
    table(["Job", "Name", "State", "Progress", "Changed"], jobs.map((job) => [
      job.id.slice(0, 8), job.name, job.reason ? `${job.state}: ${job.reason}` : job.state,
      job.has_progress ? `${job.progress} %` : "", time(job.updated_at)]))];
}

// --- A session ------------------------------------------------------------------------------

// The content of a tool's call is JSON, whose arguments are JSON in a text; until its end it is neither.
function readable(role, content) {
  if (role === "function_call") {
    try {
      const { name, arguments: given } = JSON.parse(content);
      return `${name} ${JSON.stringify(typeof given === "string" ? JSON.parse(given) : given, null, 2)}`;
    } catch {
      return content;
    }
  }
  if (typeof content === "string") return content;
  return content.map((part) => part.text || (part.image_url ? "[image]" : "")).join("\n");
}

function message(role, name, content) {
  const isTool = role === "function_call" || role === "function";
  const text = element(isTool ? "pre" : "p", {}, readable(role, content));
  const labels = { function_call: "tool call", function: "tool result" };
  const made = element("article", { class: `message ${role}` }, quiet(name ? `${labels[role] || role} · ${name}` : labels[role] || role), text);
  return { made, text };
}

function explained(explanation) {
  const score = (match) => [match.rank_by_words && `by words no. ${match.rank_by_words}`,
    match.rank_by_meaning && `by meaning no. ${match.rank_by_meaning}`,
    match.left_out ? `left out: ${match.left_out}` : "shown"].filter(Boolean).join(", ");
  const match = (found) => element("div", { class: found.left_out ? "part left-out" : "part" },
    quiet(found.title ? `${found.title} · ` : "", score(found)), short(found.text, 400));
  const part = (one) => element("div", { class: one.left_out ? "part left-out" : "part" },
    quiet(`${one.kind}${one.role ? ` (${one.role})` : ""} · ${one.tokens} tokens`, one.left_out ? ` · left out: ${one.left_out}` : ""),
    short(one.text, 600));
  return [quiet(`${explanation.tokens} tokens in the prompt`),
    element("h2", {}, "Documents"), explanation.docs.length ? explanation.docs.map(match) : quiet("None."),
    element("h2", {}, "Memories"), explanation.memories.length ? explanation.memories.map(match) : quiet("None."),
    element("h2", {}, "Prompt"), explanation.parts.map(part)];
}

async function sessionView(id) {
  const session = await call("GET", `/sessions/${id}`);
  const [agent, history] = await Promise.all([
    call("GET", `/agents/${session.agent_id}`), call("GET", `/sessions/${id}/history?limit=1000`)]);
  const log = element("div", { role: "log", "aria-label": "Conversation" },
    history.items.map((item) => message(item.role, item.name, item.content).made));
  const why = element("aside", { "aria-label": "What the model saw" }, quiet("What the model saw is shown here after an answer."));
  const text = element("textarea", { rows: 3, "aria-label": "Message", required: true, placeholder: "Enter sends, Shift+Enter is a new line" });
  const role = element("select", { "aria-label": "Role" }, ["user", "system", "function"].map((one) => element("option", {}, one)));
  const name = element("input", { "aria-label": "Name of the author, or of the tool", placeholder: "Name (optional)" });
  const sendButton = element("button", { class: "main" }, "Send");
  const stopButton = element("button", { type: "button", disabled: true }, "Stop");
  let running = null;

  async function chat() {
    if (running || !text.value.trim()) return;
    const said = { role: role.value, content: text.value };
    if (name.value) said.name = name.value;
    running = new AbortController();
    sendButton.disabled = true;
    stopButton.disabled = false;
    const own = message(said.role, said.name, said.content).made;
    log.append(own);
    compose.scrollIntoView({ block: "nearest" });
    try {
      const response = await send("POST", `/sessions/${id}/chat`, { messages: [said], stream: true, explain: true }, running.signal);
      if (!response.ok) throw await refused(response);
      text.value = "";
      let current = null;
      for await (const event of events(response)) {
        const { delta } = event;
        if (delta.role || !current) {
          current = { role: delta.role || "assistant", content: "" };
          Object.assign(current, message(current.role, delta.name, ""));
          log.append(current.made);
        }
        current.content += delta.content || "";
        if (current.role === "function_call") current.text.textContent = readable(current.role, current.content);
        else current.text.append(delta.content || "");
        compose.scrollIntoView({ block: "nearest" });
        if (event.explanation) why.replaceChildren(element("h2", {}, "What the model saw"), ...explained(event.explanation).flat());
        for (const job of event.jobs || []) remember(job);
      }
      role.value = "user";
    } catch (error) {
      if (!text.value) log.append(element("p", { class: "wrong" }, error.name === "AbortError" ? "Stopped." : error.message));
      else own.remove();
      throw error;
    } finally {
      running = null;
      sendButton.disabled = false;
      stopButton.disabled = true;
      text.focus();
    }
  }

  const stop = action(async () => {
    await call("DELETE", `/sessions/${id}/chat`);
    if (running) running.abort();
  });
  stopButton.addEventListener("click", stop);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) action(chat)(event);
    if (event.key === "Escape" && running) stop(event);
  });
  const compose = element("form", { onsubmit: action(chat) }, text,
    element("div", { class: "row" }, sendButton, stopButton),
    element("details", {}, element("summary", {}, "Role and name"), role, name));
  return [title("Session with ", link(`/agents/${agent.id}`, agent.name)), quiet(session.id),
    session.situation ? element("p", {}, session.situation) : "",
    session.summary ? element("p", {}, "Summary: ", session.summary) : "",
    element("div", { class: "conversation" }, element("section", {}, log, compose), why),
    element("h2", {}, "Delete"), remove("this session", `/sessions/${id}`, "/sessions")];
}

// --- Navigation -----------------------------------------------------------------------------

const VIEWS = [
  [/^\/agents$/, agentsView], [/^\/agents\/([\w-]+)$/, agentView],
  [/^\/users$/, usersView], [/^\/users\/([\w-]+)$/, userView],
  [/^\/sessions$/, sessionsView], [/^\/sessions\/([\w-]+)$/, sessionView],
  [/^\/jobs$/, jobsView],
];

let shown = 0;

async function show() {
  const turn = ++shown;
  const path = location.hash.slice(1) || "/agents";
  for (const item of document.querySelectorAll("nav a")) {
    const here = item.hash && path.startsWith(item.hash.slice(1));
    if (here) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  document.getElementById("sign-out").hidden = !sessionStorage.getItem(KEY);
  const [pattern, view] = VIEWS.find(([one]) => one.test(path)) || [null, null];
  let content;
  try {
    content = view ? await view(...path.match(pattern).slice(1)) : [title("There is no such page")];
  } catch (error) {
    content = [title("This can't be shown"), element("p", { class: "wrong" }, error.message)];
  }
  // Another page may have been chosen meanwhile.
  if (turn !== shown) return;
  main.replaceChildren(...content.filter((child) => child !== ""));
  const heading = main.querySelector("h1");
  document.title = heading ? `${heading.textContent} · Julep` : "Julep";
  const field = main.querySelector("textarea[aria-label=Message]");
  if (field) field.focus();
  else main.focus({ preventScroll: true });
}

window.addEventListener("hashchange", () => { notice(null); show(); });
document.getElementById("sign-out").addEventListener("click", () => { sessionStorage.removeItem(KEY); show(); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
fetch("api/server").then((response) => response.json()).then((server) => {
  document.getElementById("server").textContent = `version ${server.version}`;
}).catch(() => {});
show();
