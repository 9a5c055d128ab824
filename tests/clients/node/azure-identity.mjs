// Azure Identity for JavaScript.
import * as identity from "@azure/identity";
import { NotOffered, plan, run } from "./flows.mjs";

const entra = { authorityHost: plan.authority, disableInstanceDiscovery: true };

const credential = {
  assertion: (step) =>
    new identity.ClientAssertionCredential(step.tenant, step.client, async () => step.assertion, entra),
  secret: (step) => new identity.ClientSecretCredential(step.tenant, step.client, step.secret, entra),
  certificate: (step) => new identity.ClientCertificateCredential(step.tenant, step.client, step.certificate, entra),
  "workload identity": () => new identity.WorkloadIdentityCredential({ disableInstanceDiscovery: true }),
  "default credential": () => new identity.DefaultAzureCredential({ disableInstanceDiscovery: true }),
  "managed identity": ofIdentity,
  "azure pipelines": (step) => {
    const { AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: connection, SYSTEM_ACCESSTOKEN: token } = process.env;
    return new identity.AzurePipelinesCredential(step.tenant, step.client, connection, token, entra);
  },
  password: (step) =>
    new identity.UsernamePasswordCredential(step.tenant, step.client, step.username, step.password, entra),
  "device code": (step) =>
    new identity.DeviceCodeCredential({
      tenantId: step.tenant,
      clientId: step.client,
      userPromptCallback: () => {},
      ...entra,
    }),
};

function ofIdentity(step) {
  return new identity.ManagedIdentityCredential(step.unnamed ? {} : { clientId: step.client });
}

await run(async (step, scope) => {
  const build = credential[step.with];
  if (!build) throw new NotOffered();
  return (await build(step).getToken(scope)).token;
});
