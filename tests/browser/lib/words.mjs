// What a page says in its own words, and which of them are English on a Chinese one.
import { readFileSync, readdirSync } from "node:fs";

// The English side of every pair of strings in the program's words.
const WORDS = readdirSync(new URL("../../../src/web/words/", import.meta.url)).map((file) => `words/${file}`);
const SOURCES = ["words.rs", ...WORDS]
  .map((file) => readFileSync(new URL(`../../../src/web/${file}`, import.meta.url), "utf8").split("#[cfg(test)]\nmod tests")[0]);
const latin = (text) => text.toLowerCase().match(/[a-z]{2,}/g) ?? [];
const PAIRS = SOURCES.flatMap((text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"/g)])
  .map(([, en, zh]) => [en, zh])
  .filter(([en, zh]) => en === zh || /[\u4e00-\u9fff]/.test(zh));
export const ENGLISH = new Set(PAIRS.filter(([en, zh]) => en !== zh)
  // An example, such as `spring-sprint`, is the same in both.
  .flatMap(([en, zh]) => latin(en).filter((word) => !latin(zh).includes(word))));
// What is said so in Chinese too.
for (const word of ["bugathlon", "seed", "cla", "csv", "json", "pr", "svg", "utc", "xlsx", "gitee", "github", "gitlab", "gitcode"]) ENGLISH.delete(word);
/** Chinese phrases with Latin letters in them. */
const MIXED = PAIRS.map(([, zh]) => zh).filter((zh) => latin(zh).length).sort((one, other) => other.length - one.length);

/** What the page itself says: no text of people, code, names of forges, regions or the other language. Runs in the page. */
export const chrome = () => {
  const taken = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const own = walk.currentNode.parentElement;
    if (!own.closest("bdi, code, script, textarea, option, template, [lang]:not(html)")) taken.push(walk.currentNode.data);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")) {
    for (const name of ["aria-label", "title", "alt", "placeholder"]) taken.push(element.getAttribute(name) ?? "");
  }
  taken.push(document.querySelector("meta[name=description]").content);
  return taken.filter((text) => text.trim() && !text.startsWith("https://"));
};

/** The texts with an English word of the program's in them. */
export const english = (texts) => texts.filter((text) => {
  const rest = MIXED.reduce((left, phrase) => left.replaceAll(phrase, " "), text);
  return latin(rest).some((word) => ENGLISH.has(word));
});
