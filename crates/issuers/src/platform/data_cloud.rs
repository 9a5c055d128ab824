//! Rows of clouds, runtimes and identity services.

use super::{Platform, PlatformId, TrailingSlash};

pub(super) const GOOGLE: Platform = Platform {
    id: PlatformId::Google,
    name: "Google Cloud",
    issuers: &["https://accounts.google.com"],
    slash: TrailingSlash::Forbidden,
    subject: "{numeric unique id of the service account}",
    default_audience: None,
    lifetime: Some(3600),
    mistake: "The credential holds the service account's e-mail address; the subject is its numeric unique id.",
    obtain: "curl -H \"Metadata-Flavor: Google\" \"http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?audience=<audience>\".",
    basis: "documented",
    source: "https://github.com/microsoft/identity-spiffe",
    example: "https://accounts.google.com",
};

pub(super) const AWS: Platform = Platform {
    id: PlatformId::Aws,
    name: "AWS outbound identity federation",
    issuers: &["https://*.tokens.sts.global.api.aws"],
    slash: TrailingSlash::Forbidden,
    subject: "arn:aws:iam::{account}:role/{role}",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The credential names the assumed-role session; the subject is the IAM role itself.",
    obtain: "aws sts get-web-identity-token --audience <audience> --signing-algorithm RS256 prints a token.",
    basis: "documented",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html",
    example: "https://5d0f6f0e-9c1b-4e8d-a1b2-c3d4e5f60718.tokens.sts.global.api.aws",
};

/// Sources disagree about the audience; the pool's id is the likelier.
pub(super) const COGNITO: Platform = Platform {
    id: PlatformId::Other,
    name: "Amazon Cognito identity pool",
    issuers: &["https://cognito-identity.amazonaws.com"],
    slash: TrailingSlash::Forbidden,
    subject: "{region}:{identity uuid}",
    default_audience: Some("{region}:{pool uuid}"),
    lifetime: None,
    mistake: "The pool lets guests in, so anyone can obtain a token; and its audience is the pool's id, as far as is known.",
    obtain: "aws cognito-identity get-open-id-token --identity-id <id> prints a token.",
    basis: "assumed",
    source: "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html",
    example: "https://cognito-identity.amazonaws.com",
};

pub(super) const VERCEL: Platform = Platform {
    id: PlatformId::Other,
    name: "Vercel",
    issuers: &["https://oidc.vercel.com", "https://oidc.vercel.com/*"],
    slash: TrailingSlash::Forbidden,
    subject: "owner:{team}:project:{project}:environment:{production | preview | development}",
    default_audience: Some("https://vercel.com/{team}"),
    lifetime: None,
    mistake: "The audience is the team's address; the credential must name it too, or a custom one must be requested.",
    obtain: "Call getVercelOidcToken() of @vercel/oidc, or read VERCEL_OIDC_TOKEN in a build.",
    basis: "documented",
    source: "https://vercel.com/docs/oidc/reference",
    example: "https://oidc.vercel.com/contoso",
};

pub(super) const FLY: Platform = Platform {
    id: PlatformId::Other,
    name: "Fly.io",
    issuers: &["https://oidc.fly.io/*"],
    slash: TrailingSlash::Forbidden,
    subject: "{organisation}:{app}:{machine}",
    default_audience: Some("https://fly.io/{organisation}"),
    lifetime: None,
    mistake: "The machine's name ends the subject, and a new machine has a new name.",
    obtain: "POST /v1/tokens/oidc on the socket /.fly/api with {\"aud\":\"<audience>\"}.",
    basis: "documented",
    source: "https://fly.io/docs/security/openid-connect/",
    example: "https://oidc.fly.io/contoso",
};

pub(super) const MODAL: Platform = Platform {
    id: PlatformId::Other,
    name: "Modal",
    issuers: &["https://oidc.modal.com"],
    slash: TrailingSlash::Forbidden,
    subject: "modal:workspace_id:{workspace}:environment_name:{environment}:app_name:{app}:function_name:{function}:container_id:{container}",
    default_audience: None,
    lifetime: None,
    mistake: "The container's id ends the subject and is new with every container.",
    obtain: "Decode the token that the container finds in MODAL_IDENTITY_TOKEN.",
    basis: "third-party",
    source: "https://modal.com/docs/guide/oidc-integration",
    example: "https://oidc.modal.com",
};

/// Issuer and subject are not published; the account's own host is assumed.
pub(super) const SNOWFLAKE: Platform = Platform {
    id: PlatformId::Other,
    name: "Snowflake",
    issuers: &["https://*.snowflakecomputing.com", "https://*.snowflakecomputing.com/**"],
    slash: TrailingSlash::Either,
    subject: "shown by the secret of type WORKLOAD_IDENTITY_FEDERATION",
    default_audience: None,
    lifetime: None,
    mistake: "Issuer and subject were guessed; both are particular to the secret.",
    obtain: "SELECT SYSTEM$ISSUE_WORKLOAD_IDENTITY_FEDERATION_TOKEN('<secret-name>', '{\"aud\":\"<audience>\"}') returns a token.",
    basis: "assumed",
    source: "https://docs.snowflake.com/en/sql-reference/functions/system_issue_workload_identity_federation_token",
    example: "https://contoso-prod.snowflakecomputing.com",
};

pub(super) const VAULT: Platform = Platform {
    id: PlatformId::Other,
    name: "HashiCorp Vault",
    issuers: &["https://*/v1/**identity/oidc", "https://*/v1/**identity/oidc/provider/*"],
    slash: TrailingSlash::Forbidden,
    subject: "{entity id}",
    default_audience: None,
    lifetime: None,
    mistake: "The issuer is Vault's configured API address, which is often a private one.",
    obtain: "vault read identity/oidc/token/<role> prints a token.",
    basis: "third-party",
    source: "https://developer.hashicorp.com/vault/docs/secrets/identity/oidc-provider",
    example: "https://vault.contoso.example:8200/v1/identity/oidc",
};

/// Recognised by the host names of the discovery provider's documentation.
pub(super) const SPIFFE: Platform = Platform {
    id: PlatformId::Other,
    name: "SPIFFE / SPIRE",
    issuers: &["https://oidc-discovery.*", "https://spire-oidc.*", "https://spire.*"],
    slash: TrailingSlash::Either,
    subject: "spiffe://{trust domain}/{path}",
    default_audience: None,
    lifetime: None,
    mistake: "The server has no jwt_issuer, so its tokens carry no issuer at all.",
    obtain: "spire-agent api fetch jwt -audience <audience> prints a token.",
    basis: "assumed",
    source: "https://spiffe.io/docs/latest/keyless/oidc-federation-aws/",
    example: "https://oidc-discovery.contoso.example",
};

pub(super) const TELEPORT: Platform = Platform {
    id: PlatformId::Other,
    name: "Teleport",
    issuers: &["https://*.teleport.sh"],
    slash: TrailingSlash::Forbidden,
    subject: "not established; look into a token",
    default_audience: None,
    lifetime: None,
    mistake: "A self-hosted cluster issues under its proxy's public address, not under teleport.sh.",
    obtain: "Issue a JWT for the workload with tbot and decode it.",
    basis: "third-party",
    source: "https://goteleport.com/docs/reference/workload-identity/",
    example: "https://contoso.teleport.sh",
};

pub(super) const CLOUDFLARE_ACCESS: Platform = Platform {
    id: PlatformId::Other,
    name: "Cloudflare Access",
    issuers: &["https://*.cloudflareaccess.com"],
    slash: TrailingSlash::Forbidden,
    subject: "not established; the payload of an Access token shows it",
    default_audience: None,
    lifetime: None,
    mistake: "The audience is the tag of the Access application, which the credential has to repeat.",
    obtain: "Decode the Cf-Access-Jwt-Assertion header.",
    basis: "third-party",
    source: "https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/",
    example: "https://contoso.cloudflareaccess.com",
};

pub(super) const CHAINGUARD: Platform = Platform {
    id: PlatformId::Other,
    name: "Chainguard",
    issuers: &["https://issuer.enforce.dev"],
    slash: TrailingSlash::Forbidden,
    subject: "not established; the account association shows it",
    default_audience: None,
    lifetime: None,
    mistake: "The subject was guessed; its form is not published.",
    obtain: "Decode a token of chainctl auth token --audience <audience>.",
    basis: "third-party",
    source: "https://github.com/chainguard-dev/terraform-aws-chainguard-account-association",
    example: "https://issuer.enforce.dev",
};

pub(super) const DEVIN: Platform = Platform {
    id: PlatformId::Other,
    name: "Devin",
    issuers: &["https://app.devin.ai"],
    slash: TrailingSlash::Forbidden,
    subject: "org_id:{organisation uuid}",
    default_audience: None,
    lifetime: None,
    mistake: "The session chose other claims for its subject than those the credential spells out.",
    obtain: "Request a token in the session and read sub.",
    basis: "third-party",
    source: "https://docs.devin.ai/product-guides/oidc",
    example: "https://app.devin.ai",
};

pub(super) const CURSOR: Platform = Platform {
    id: PlatformId::Other,
    name: "Cursor",
    issuers: &["https://api.cursor.com", "https://api2.cursor.sh/cloud-agent/identity"],
    slash: TrailingSlash::Forbidden,
    subject: "user:{id} | service_account:{id}, or team_id:{id} when asked for",
    default_audience: None,
    lifetime: Some(300),
    mistake: "The credential still names api2.cursor.sh, which new tokens no longer carry.",
    obtain: "Mint a token in the cloud agent with sub_claim set to team_id.",
    basis: "third-party",
    source: "https://cursor.com/docs/cloud-agent/identity",
    example: "https://api.cursor.com",
};

pub(super) const WARP: Platform = Platform {
    id: PlatformId::Other,
    name: "Warp",
    issuers: &["https://app.warp.dev"],
    slash: TrailingSlash::Forbidden,
    subject: "{principal type}:{principal id}",
    default_audience: None,
    lifetime: None,
    mistake: "The scoped form of the subject is missing for people in more than one team.",
    obtain: "Read the token of a run and decode it.",
    basis: "third-party",
    source: "https://docs.warp.dev/platform/integrations/cloud-providers/",
    example: "https://app.warp.dev",
};
