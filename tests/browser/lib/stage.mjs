// A server and a browser for one file of tests.
import { launch } from "./browser.mjs";
import { Site } from "./site.mjs";

/** Starts both; where one does not start, the other is ended, so that no test run hangs. */
export async function begin() {
  const [site, browser] = await Promise.allSettled([Site.start(), launch()]);
  const end = async () => {
    await browser.value?.close();
    await site.value?.close();
  };
  const failed = [site, browser].find(({ status }) => status === "rejected");
  if (failed) {
    await end();
    throw failed.reason;
  }
  return { site: site.value, browser: browser.value, end };
}
