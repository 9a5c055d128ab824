//! Turns a hit into a failure by reading what stands around it.

use memchr::memmem;

use super::scan::{Hit, HitKind};
use super::text::Text;
use super::unwrap::message_text;
use super::window::{AFTER, BEFORE, View};
use super::{Code, Failure, Fields, FoundBy, context, decode, fields, knowledge::Knowledge, message};

/// How much is decoded at first; most messages are shorter.
const FIRST_LOOK: usize = 3 * 1024;

/// How near its message a bare number only repeats the number, in bytes.
const NEAR: usize = 3 * 1024;

/// How much of an object around a bare number is read, in bytes.
const OBJECT: usize = 2 * 1024;

/// The longest message that is compared as it stands, in bytes.
const MAX_PLAIN: usize = 1_500;

/// What stands before a message and may add to what it says.
const ADDS: [&[u8]; 4] = [b"ederated token", b"client-id:", b"tenant-id:", b"/oauth2"];

/// A message in plain text that nothing around it adds to: where it comes again, only its ids are new.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<'v> {
    /// The raw bytes of code and message.
    pub(super) message: &'v [u8],
    /// Its trace id.
    pub(super) trace: &'v str,
}

/// The message of a code, if it is plain enough to be compared without reading it.
pub(super) fn plain<'v>(view: View<'v>, hit: &Hit) -> Option<Plain<'v>> {
    let label = b"Trace ID: ";
    let after = view.after(hit.at.start, MAX_PLAIN);
    let end = memmem::find(after, label).filter(|_| matches!(hit.kind, HitKind::Aadsts(_)))?;
    let message = after.get(..end)?;
    let trace = after.get(end + label.len()..)?.get(..36).and_then(|trace| std::str::from_utf8(trace).ok())?;
    let one_line = memchr::memchr2(b'\n', b'\\', message).is_none();
    let one_code = memmem::find(message.get(1..)?, b"AADSTS").is_none();
    let before = view.before(hit.at.start, BEFORE);
    let alone = ADDS.iter().all(|mark| memmem::find(before, mark).is_none());
    (one_line && one_code && alone && message::is_guid(trace)).then_some(Plain { message, trace })
}

/// Reads the failure of a hit; none where the hit only repeats what stands beside it.
pub(super) fn failure(view: View<'_>, hit: &Hit, knowledge: &Knowledge) -> Option<Failure> {
    let mut failure = Failure {
        code: code(&hit.kind),
        found_by: FoundBy::Code,
        at: hit.at.clone(),
        line: 0,
        mentions: 1,
        message: String::new(),
        fields: Fields::default(),
    };
    match &hit.kind {
        HitKind::Aadsts(_) => read_sentences(view, hit.at.end, hit, knowledge, &mut failure),
        HitKind::Wording(_) | HitKind::Echo(_) => {
            failure.found_by = FoundBy::Wording;
            failure.mentions = usize::from(matches!(hit.kind, HitKind::Wording(_)));
            read_sentences(view, hit.at.start, hit, knowledge, &mut failure);
        }
        HitKind::ErrorCode(number) | HitKind::ResultType(number) => {
            if repeats(view, hit, *number) {
                return None;
            }
            read_object(view, hit, &mut failure);
        }
        HitKind::Platform(_) => {
            let text = message_text(view, hit.at.end, FIRST_LOOK, knowledge.words());
            failure.message = tidy(platform_message(text.as_str()));
        }
        HitKind::Link(_) => {}
    }
    Some(failure)
}

fn code(kind: &HitKind) -> Code {
    match kind {
        HitKind::Aadsts(number) | HitKind::ErrorCode(number) | HitKind::ResultType(number) | HitKind::Link(number) => {
            Code::aadsts(*number)
        }
        HitKind::Platform(code) => Code::platform(code),
        HitKind::Wording(code) | HitKind::Echo(code) => Code::platform(*code),
    }
}

fn read_sentences(view: View<'_>, start: usize, hit: &Hit, knowledge: &Knowledge, failure: &mut Failure) {
    let text = whole_message(view, start, knowledge);
    let opener = view.before(hit.at.start, 1).first().map(|byte| char::from(*byte));
    let reading = match hit.kind {
        HitKind::Aadsts(_) => message::after_code(text.as_str(), opener),
        _ => message::sentences(text.as_str(), 0, opener),
    };
    failure.message = tidy(reading.message);
    if failure.code.number().is_none() {
        return;
    }
    fields::read_message(&failure.message, &mut failure.fields);
    message::read_data(reading.data, &mut failure.fields);
    context::read_before(view, hit.at.start, is_federated(&failure.code), &mut failure.fields);
    let found = &mut failure.fields;
    found.oauth_error = found.oauth_error.take().or_else(|| context::oauth_error_behind(reading.data));
    found.tenant = found.tenant.take().or_else(|| context::tenant_in(reading.data));
}

fn whole_message(view: View<'_>, start: usize, knowledge: &Knowledge) -> Text {
    let most = room(view, start);
    let text = message_text(view, start, most.min(FIRST_LOOK), knowledge.words());
    let read_on = most > FIRST_LOOK && text.raw(text.len()) + 64 >= start + FIRST_LOOK && !has_its_ids(text.as_str());
    if read_on { message_text(view, start, most, knowledge.words()) } else { text }
}

/// How far a message and its data can go: one more code may stand inside it.
fn room(view: View<'_>, start: usize) -> usize {
    memmem::find_iter(view.after(start, AFTER), b"AADSTS").filter(|at| *at > 0).nth(1).unwrap_or(AFTER)
}

/// Whether the text goes as far as the ids behind the first message.
fn has_its_ids(text: &str) -> bool {
    text.contains("Timestamp:") || text.contains("correlation_id")
}

/// Whether the code belongs to a federated exchange, whose issuer, subject and audience the login step prints.
fn is_federated(code: &Code) -> bool {
    crate::entry(code.as_str()).is_some_and(|entry| entry.family.starts_with("federation."))
}

/// Whether the message with its `AADSTS` number stands next to the bare number.
fn repeats(view: View<'_>, hit: &Hit, number: u32) -> bool {
    let around = hit.at.start.saturating_sub(NEAR)..hit.at.end + NEAR;
    view.contains(around, format!("AADSTS{number}").as_bytes())
}

/// Reads the members of the object around a bare number.
fn read_object(view: View<'_>, hit: &Hit, failure: &mut Failure) {
    let line = view.line_start(hit.at.start, OBJECT).filter(|_| matches!(hit.kind, HitKind::ResultType(_)));
    let start = line.unwrap_or(hit.at.start.saturating_sub(OBJECT));
    let end = match line {
        Some(_) => view.line_end(hit.at.end, OBJECT),
        None => hit.at.end + OBJECT,
    };
    let before = decode::plain(view.slice(start..hit.at.start), start);
    let after = decode::plain(view.slice(hit.at.end..end), hit.at.end);
    let flat = line.is_none();
    let before = if flat { before.as_str().rsplit(['{', '}']).next().unwrap_or_default() } else { before.as_str() };
    let after = if flat { after.as_str().split('}').next().unwrap_or_default() } else { after.as_str() };
    for part in [after, before] {
        let lower = part.to_ascii_lowercase();
        let member =
            |key: &str| message::keyed(part, &lower, key).filter(|value| !value.is_empty() && *value != "null");
        message::read_data(part, &mut failure.fields);
        let found = &mut failure.fields;
        fill(&mut found.oauth_error, member("error").filter(|_| flat));
        if failure.message.is_empty() {
            let text = member("error_description").or_else(|| member("resultdescription")).unwrap_or_default();
            failure.message = tidy(message::sentences(text, 0, None).message);
            fields::read_message(&failure.message, found);
        }
        if !flat {
            fill(&mut found.application, member("appid"));
            fill(&mut found.application_name, member("serviceprincipalname"));
            fill(&mut found.tenant, member("tenantid"));
            fill(&mut found.resource, member("resourcedisplayname"));
            fill(&mut found.correlation_id, member("correlationid"));
            fill(&mut found.timestamp, member("time").or_else(|| member("createddatetime")));
        }
    }
}

fn fill(slot: &mut Option<String>, value: Option<&str>) {
    if slot.is_none() {
        *slot = value.map(str::to_owned);
    }
}

/// What a platform says along with its code, given the text behind the code.
fn platform_message(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let underlying = lower.find("underlyingerrormessage").and_then(|at| {
        let (text, lower) = (text.get(at..)?, lower.get(at..)?);
        message::keyed(text, lower, "value")
    });
    let named = || {
        let keys = ["errordescription", "error_description", "errormessage", "message"];
        keys.iter().find_map(|key| message::keyed(text, &lower, key))
    };
    let assigned = || lower.find(",message=").and_then(|at| text.get(at + ",message=".len()..));
    let spoken = || text.trim_start_matches(['\'', '"', ' ']).strip_prefix(": ");
    let message = underlying.or_else(assigned).or_else(named).or_else(spoken).unwrap_or_default();
    let message = memmem::find(message.as_bytes(), b"AADSTS").and_then(|at| message.get(..at)).unwrap_or(message);
    let message = message.split(",Source=").next().unwrap_or(message);
    message::sentences(message, 0, None).message.trim_end_matches([' ', ':', ',']).trim_end_matches(", Error Message")
}

/// Single blanks, no Markdown.
fn tidy(message: &str) -> String {
    let words = message.split_whitespace().filter(|word| !word.trim_matches('`').is_empty());
    let mut tidy = String::with_capacity(message.len());
    for word in words {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.extend(word.chars().filter(|char| *char != '`'));
    }
    tidy
}
