// MSAL for Node.
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfidentialClientApplication, ManagedIdentityApplication, PublicClientApplication } from "@azure/msal-node";
import { NotOffered, plan, run } from "./flows.mjs";

const signIn = {
  assertion: (step, scope) => asClient(step, scope, { clientAssertion: async () => step.assertion }),
  secret: (step, scope) => asClient(step, scope, { clientSecret: step.secret }),
  certificate: (step, scope) => asClient(step, scope, { clientCertificate: certificate(step, "sha256") }),
  "certificate by SHA-1": (step, scope) => asClient(step, scope, { clientCertificate: certificate(step, "sha1") }),
  "managed identity": ofIdentity,
  password: (step, scope) => {
    const { username, password } = step;
    return asPublic(step).acquireTokenByUsernamePassword({ scopes: [scope], username, password });
  },
  "device code": (step, scope) =>
    asPublic(step).acquireTokenByDeviceCode({ scopes: [scope], deviceCodeCallback: () => {} }),
};

function auth({ tenant, client }) {
  const authority = `${plan.authority}/${tenant}`;
  return { clientId: client, authority, knownAuthorities: [new URL(authority).host] };
}

function asClient(step, scope, credential) {
  const client = new ConfidentialClientApplication({ auth: { ...auth(step), ...credential } });
  return client.acquireTokenByClientCredential({ scopes: [scope] });
}

function asPublic(step) {
  return new PublicClientApplication({ auth: auth(step) });
}

function ofIdentity({ client, unnamed }, scope) {
  const named = { managedIdentityIdParams: { userAssignedClientId: client } };
  const application = new ManagedIdentityApplication(unnamed ? {} : named);
  return application.acquireToken({ resource: scope.replace(/\/\.default$/, "") });
}

function certificate(step, digest) {
  const pem = readFileSync(step.certificate, "utf8");
  const thumbprint = createHash(digest).update(new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERT"))).raw);
  const name = digest === "sha1" ? "thumbprint" : "thumbprintSha256";
  return { privateKey: pem, [name]: thumbprint.digest("hex") };
}

await run(async (step, scope) => {
  const method = signIn[step.with];
  if (!method) throw new NotOffered();
  return (await method(step, scope)).accessToken;
});
