//! Why an assertion is out of its time: its life tells the platform, its age the mistake.

use fedlens_issuers::{PlatformId, recognise};

use super::{Findings, Rule};
use crate::exchange::parse_time;
use crate::facts::Facts;

pub(super) const RULE: Rule = Rule { name: "expired assertion", causes: &[LATE_STEP, TOKEN_FILE, CLOCK], judge };

const LATE_STEP: &str = "assertion.expired.ci-late-step";
const TOKEN_FILE: &str = "assertion.expired.token-file-not-reread";
const CLOCK: &str = "assertion.expired.clock";

/// GitHub and Azure DevOps assertions live five to ten minutes, Kubernetes ones an hour or more.
const CI_LIFETIME: i64 = 900;

struct Window {
    valid_from: Option<i64>,
    expires: i64,
    presented: i64,
}

fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    if !facts.is_about(&[700_024]) {
        return;
    }
    let Some(window) = from_message(facts).or_else(|| from_token(facts)) else { return };
    if window.valid_from.is_some_and(|from| window.presented < from) {
        findings.confirm(CLOCK, "the assertion was presented before it became valid");
        return;
    }
    let late = window.presented - window.expires;
    let lifetime = window.valid_from.map(|from| window.expires - from);
    let platform = facts.issuer().and_then(recognise).map(|recognised| recognised.platform.id);
    let said = match lifetime {
        Some(lifetime) => format!("the assertion lived {lifetime} s and was presented {late} s after it expired"),
        None => format!("the assertion was presented {late} s after it expired"),
    };
    match (lifetime, platform) {
        (_, Some(PlatformId::GitHub | PlatformId::AzureDevOps)) => findings.possible(LATE_STEP, said),
        (_, Some(id)) if id.is_kubernetes() => findings.possible(TOKEN_FILE, said),
        (Some(lifetime), _) if lifetime <= CI_LIFETIME => {
            findings.possible(LATE_STEP, format!("{said}, as CI systems' do"));
        }
        (Some(lifetime), _) if lifetime <= 86_400 => {
            findings.possible(TOKEN_FILE, format!("{said}, as Kubernetes' do"));
        }
        _ => findings.possible(LATE_STEP, said),
    }
    if late < 600 {
        findings.possible(CLOCK, format!("it was only {late} s late"));
    }
}

fn from_message(facts: &Facts<'_>) -> Option<Window> {
    let fields = &facts.observed(&[700_024])?.fields;
    let seconds = |text: &Option<String>| text.as_deref().and_then(parse_time).map(|time| time.as_second());
    Some(Window {
        valid_from: seconds(&fields.valid_from),
        expires: seconds(&fields.expires)?,
        presented: seconds(&fields.current_time)?,
    })
}

fn from_token(facts: &Facts<'_>) -> Option<Window> {
    let claims = facts.claims()?;
    Some(Window {
        valid_from: claims.seconds("iat").or_else(|| claims.seconds("nbf")),
        expires: claims.seconds("exp")?,
        presented: facts.exchange?.now.as_second(),
    })
}
