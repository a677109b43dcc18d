// Hooks as GitHub sends them: the real body's shape with other facts in it, signed over its raw bytes.
import { createHash, createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const SHAPE = readFileSync(new URL("../../bodies/github/pull_request-closed-merged.json", import.meta.url), "utf8");
export const SECRET = "browser-tests-only";
export const SOURCE = "kilns";
export const REPOSITORY = "kilnworks/kiln";

const sha = (...parts) => createHash("sha1").update(parts.join()).digest("hex");
const id = (login) => 900_000 + (parseInt(sha(login).slice(0, 6), 16) % 90_000);

/** The number that a login has at the forge, as people.csv binds it. */
export const accountId = id;

/** The body of `pull_request` `closed` for a merged pull. */
export function mergedBody({ number, title, login, mergedAt = new Date(), createdAt = mergedAt, labels = ["kind/bug"] }) {
  const body = JSON.parse(SHAPE);
  const pull = body.pull_request;
  const user = { ...pull.user, login, id: id(login) };
  const at = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;
  body.number = number;
  body.sender = { ...body.sender, login: "reviewer", id: id("reviewer") };
  Object.assign(pull, {
    number, title, user, id: 55_500 + number, body: "",
    created_at: at(createdAt), merged_at: at(mergedAt), closed_at: at(mergedAt), updated_at: at(mergedAt),
    merge_commit_sha: sha("merge", number), html_url: `https://github.com/${REPOSITORY}/pull/${number}`,
    labels: labels.map((name) => ({ ...pull.labels[0], name })),
    merged_by: { ...pull.merged_by, login: "reviewer", id: id("reviewer") },
  });
  pull.head = { ...pull.head, sha: sha("head", number), user, ref: `fix-${number}` };
  return JSON.stringify(body);
}

/** The same pull as a line of pulls.ndjson. */
export function mergedLine(facts) {
  const { pull_request: pull, repository } = JSON.parse(mergedBody(facts));
  return JSON.stringify({
    forge: "github", repository: REPOSITORY, repository_id: String(repository.id), number: pull.number,
    state: "merged", title: pull.title, body: "", author: { login: pull.user.login, id: String(pull.user.id) },
    merged_by: { login: "reviewer", id: String(id("reviewer")) },
    base_branch: pull.base.ref, head_branch: pull.head.ref, head_sha: pull.head.sha, merge_sha: pull.merge_commit_sha,
    created_at: pull.created_at, merged_at: pull.merged_at, updated_at: pull.updated_at,
    labels: pull.labels.map((label) => label.name), linked_issues: [],
    additions: pull.additions, deletions: pull.deletions, url: pull.html_url,
  });
}

/** Sends a merged pull to `origin`; answers the status code. */
export async function sendMerged(origin, facts) {
  const body = mergedBody(facts);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const answer = await fetch(`${origin}/hooks/github/${SOURCE}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "GitHub-Hookshot/0000000",
      "X-GitHub-Delivery": randomUUID(),
      "X-GitHub-Event": "pull_request",
      "X-Hub-Signature-256": `sha256=${signature}`,
    },
    body,
  });
  return answer.status;
}
