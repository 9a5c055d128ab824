// Runs the flows of a plan with one client, and prints a JSON line about each.
import { readFileSync } from "node:fs";

export const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** The client has no way to do this. */
export class NotOffered extends Error {}

/** The sign-in that was to give the assertion failed, so that the flow itself was not tried. */
class NoAssertion extends Error {}

/** `signIn(step, scope)` resolves to an access token, or rejects with what the client rejects with. */
export async function run(signIn) {
  for (const { name, signIn: step, scope } of plan.flows) {
    console.log(JSON.stringify({ flow: name, ...(await tried(signIn, step, scope)) }));
  }
}

async function tried(signIn, step, scope) {
  try {
    return { token: await token(signIn, step, scope) };
  } catch (error) {
    if (error instanceof NotOffered) return { notOffered: true };
    return { exception: error.name === "Error" ? error.constructor.name : error.name, text: error.message };
  }
}

async function token(signIn, step, scope) {
  let assertion = step.assertion;
  if (step.from) {
    try {
      assertion = await token(signIn, step.from, "api://AzureADTokenExchange/.default");
    } catch (error) {
      if (error instanceof NotOffered) throw error;
      throw new NoAssertion(`no assertion to present: ${error.name}`);
    }
  }
  const before = { ...process.env };
  Object.assign(process.env, step.environment);
  try {
    if (step.with === "github actions") return await githubAssertion();
    return await signIn({ ...step, assertion }, scope);
  } finally {
    for (const name of Object.keys(step.environment ?? {})) {
      if (name in before) process.env[name] = before[name];
      else delete process.env[name];
    }
  }
}

/** What the job of a workflow asks its runner for. */
async function githubAssertion() {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}&audience=api://AzureADTokenExchange`, { headers });
  return (await answer.json()).value;
}
