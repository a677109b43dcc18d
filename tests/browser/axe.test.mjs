// axe-core finds nothing, on any page, in light and dark, in English and Chinese.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { onEveryPage } from "./lib/pages.mjs";
import { begin } from "./lib/stage.mjs";

let stage;
before(async () => {
  stage = await begin();
});
after(() => stage?.end());

test("axe", (t) => onEveryPage(t, stage, { reducedMotion: "reduce" }, async (page) => {
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The theme changes colours only: what does not look at them is asked once.
    const { violations, passes } = await page.evaluate((light) => axe.run(document, {
      resultTypes: ["violations"],
      ...(light ? { rules: { "target-size": { enabled: true } } } : { runOnly: ["color-contrast", "link-in-text-block"] }),
    }), colorScheme === "light");
    assert.ok(passes.length > (colorScheme === "light" ? 10 : 0), "axe looked at nothing");
    const said = violations.flatMap(({ id, help, nodes }) => [
      `${id}, ${colorScheme}: ${help}`,
      ...nodes.map((node) => `  ${node.target}: ${node.failureSummary.replaceAll("\n", " ")}`),
    ]);
    assert.equal(said.join("\n"), "");
  }
}));
