"use strict";

const byId = (id) => document.getElementById(id);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let asking = new AbortController();
/** Names of the collections that keep words. */
let withWords = new Set();

/** The answer of a route; an error has the reason that the server gives. */
async function ask(path, body, signal) {
  const headers = {};
  const key = sessionStorage.getItem("key");
  if (key) headers.authorization = `Bearer ${key}`;
  const options = { headers, signal };
  if (body) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  const response = await fetch(path, options);
  byId("unlock").hidden = response.status !== 401;
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  if (!response.ok) throw new Error(answer.error?.reason ?? response.statusText);
  return answer;
}

const route = (name) => `v1/collections/${encodeURIComponent(byId("collection").value)}/${name}`;

function fail(error) {
  if (error.name !== "AbortError") byId("error").textContent = error.message;
}

/** Shows the choice of rankings if the collection has one. */
function offerRankings() {
  byId("ranking").hidden = !withWords.has(byId("collection").value);
}

/** Fills the list of collections; the address of the page may name one. */
async function start() {
  const wanted = new URLSearchParams(location.search);
  byId("query").value = wanted.get("q") ?? "";
  byId("filter").value = wanted.get("filter") ?? "";
  const rankings = [...byId("ranking").options].map(({ value }) => value);
  byId("ranking").value = rankings.includes(wanted.get("ranking")) ? wanted.get("ranking") : "";
  try {
    const { collections } = await ask("v1/collections");
    byId("error").textContent = "";
    byId("collection").replaceChildren(...collections.map(({ name }) => new Option(name)));
    byId("collection").hidden = collections.length < 2;
    if (collections.some(({ name }) => name === wanted.get("collection"))) {
      byId("collection").value = wanted.get("collection");
    }
    withWords = new Set(collections.filter(({ has_words }) => has_words).map(({ name }) => name));
    offerRankings();
    if (byId("query").value && collections.length > 0) await search();
  } catch (error) {
    fail(error);
  }
}

async function search() {
  const query = byId("query").value;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const filter = byId("filter").value.trim() || undefined;
  const hybrid = (!byId("ranking").hidden && byId("ranking").value) || undefined;
  const address = new URLSearchParams({ q: query, collection: byId("collection").value });
  if (filter) address.set("filter", filter);
  if (hybrid) address.set("ranking", hybrid);
  history.replaceState(null, "", `?${address}`);
  byId("hits").classList.add("stale");
  byId("error").textContent = "";
  try {
    const begin = performance.now();
    const found = await ask(route("search"), { query, k: 20, filter, hybrid }, signal);
    const ms = Math.round(performance.now() - begin);
    byId("hits").replaceChildren(...found.hits.map((hit) => hitElement(query, hit)));
    const cut = found.tokens_cut > 0 ? ` The last ${found.tokens_cut} tokens of the query were not read.` : "";
    byId("status").textContent = `${found.hits.length} passages in ${ms} ms.${cut}`;
  } catch (error) {
    fail(error);
  } finally {
    if (!signal.aborted) byId("hits").classList.remove("stale");
  }
}

/** A hit of `query`, which shows its matches once it is pointed at or its button is pressed. */
function hitElement(query, hit) {
  const element = byId("hit").content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(`.${name}`);
  const number = hit.num_passages > 1 ? ` (${hit.passage_number + 1}/${hit.num_passages})` : "";
  part("id").textContent = `${hit.rank}. ${hit.document_id}${number}`;
  part("score").textContent = hit.score.toFixed(2);
  part("content").textContent = hit.content;
  let explained;
  const explain = () => {
    explained ??= ask(route("explain"), { query, passage_id: hit.passage_id });
    return explained;
  };
  const show = async () => {
    try {
      colour(element, await explain());
    } catch (error) {
      explained = undefined;
      fail(error);
    }
  };
  const hide = () => {
    part("content").textContent = hit.content;
    part("tokens").hidden = true;
    part("why").setAttribute("aria-expanded", "false");
  };
  const isShown = () => part("why").getAttribute("aria-expanded") === "true";
  part("why").addEventListener("click", () => (isShown() ? hide() : show()));
  let pointed;
  part("content").addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && !isShown()) pointed = setTimeout(show, 200);
  });
  part("content").addEventListener("pointerleave", () => clearTimeout(pointed));
  part("content").addEventListener("click", () => isShown() || show());
  return element;
}

/** Colours the tokens of the query, and the parts of the passage that they match. */
function colour(element, explanation) {
  const matches = explanation.matches.filter((match) => match.query_role === "text");
  const scores = matches.map((match) => match.score);
  const weakest = Math.min(...scores);
  const range = Math.max(...scores) - weakest || 1;
  matches.forEach((match, n) => {
    match.number = n;
    // Neighbours differ most if each hue is a golden angle from the last.
    match.hue = (n * 137.5) % 360;
    match.strength = 0.12 + (0.63 * (match.score - weakest)) / range;
  });
  const tokens = element.querySelector(".tokens");
  const surface = (text, span) => decoder.decode(encoder.encode(text).slice(span.start, span.end));
  const passage = (match) => match.passage_range ? surface(explanation.content, match.passage_range) : match.passage_token ?? "";
  const query = (match) => match.query_range ? surface(explanation.query, match.query_range) : match.query_token;
  tokens.replaceChildren(...marked(explanation.query, matches, "query_range", passage));
  tokens.hidden = false;
  const content = element.querySelector(".content");
  content.replaceChildren(...marked(explanation.content, matches, "passage_range", query));
  element.querySelector(".why").setAttribute("aria-expanded", "true");
  element.querySelectorAll("mark").forEach((mark) => {
    const link = (on) => () => linked(element, mark).forEach((other) => other.classList.toggle("linked", on));
    mark.addEventListener("pointerenter", link(true));
    mark.addEventListener("pointerleave", link(false));
    mark.addEventListener("focus", link(true));
    mark.addEventListener("blur", link(false));
  });
}

/** The marks that share a match with `mark`. */
function linked(element, mark) {
  const numbers = mark.dataset.matches.split(" ");
  return [...element.querySelectorAll("mark")].filter((other) =>
    other.dataset.matches.split(" ").some((number) => numbers.includes(number)));
}

/** `text` in pieces: those that `matches` name by their ranges of bytes are marked, in the colour of the strongest. */
function marked(text, matches, field, other) {
  const bytes = encoder.encode(text);
  const parts = new Map();
  for (const match of matches.filter((match) => match[field])) {
    const { start, end } = match[field];
    const key = `${start} ${end}`;
    parts.set(key, [...(parts.get(key) ?? []), match]);
  }
  const pieces = [];
  let done = 0;
  const sorted = [...parts.values()].sort((a, b) => a[0][field].start - b[0][field].start);
  for (const part of sorted) {
    const { start, end } = part[0][field];
    if (start < done) continue;
    pieces.push(decoder.decode(bytes.slice(done, start)));
    part.sort((a, b) => b.score - a.score);
    const mark = document.createElement("mark");
    mark.textContent = decoder.decode(bytes.slice(start, end));
    mark.title = part.map((match) => `${match.score.toFixed(3)} ${other(match)}`).join("\n");
    mark.tabIndex = 0;
    mark.dataset.matches = part.map((match) => match.number).join(" ");
    mark.style.setProperty("--hue", part[0].hue);
    mark.style.setProperty("--strength", part[0].strength);
    pieces.push(mark);
    done = end;
  }
  pieces.push(decoder.decode(bytes.slice(done)));
  return pieces;
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
byId("collection").addEventListener("change", offerRankings);
byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", byId("key").value);
  start();
});
start();
