//! The structured subject that Entra mints: `/eid1/c/{cloud}/t/{tenant}/a/{application}/{path}`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Serialize;
use uuid::{Uuid, uuid};

use crate::platform::guid;

/// Microsoft's own applications that are named in structured subjects and in the audience of
/// exchange tokens. Seen in public tokens; not documented as a list.
pub static APPLICATIONS: &[(Uuid, &str)] = &[
    (AZURE_DEVOPS, "Azure DevOps"),
    (uuid!("fb60f99c-7a34-4190-8149-302f77469936"), "AAD Token Exchange Endpoint"),
    (uuid!("5b404cf4-a79d-4cfe-b866-24bf8e1a4921"), "Bot Service token store"),
    (uuid!("9d8f559b-5984-46a4-902a-ad4271e83efa"), "Copilot Studio and Power Platform threat detection"),
    (uuid!("58e835ab-2e39-46a9-b797-accce6633447"), "Dataverse plug-in managed identity"),
    (uuid!("ef403b6c-5f3e-40ac-8685-28eed2922ad5"), "Fabric app backend"),
];

/// The application id of Azure DevOps.
pub const AZURE_DEVOPS: Uuid = uuid!("499b84ac-1321-427f-aa17-267ca6975798");

/// The name of one of [`APPLICATIONS`].
pub fn application_name(id: Uuid) -> Option<&'static str> {
    APPLICATIONS.iter().find(|(known, _)| *known == id).map(|&(_, name)| name)
}

/// A structured subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Eid1 {
    /// `pub` for the public cloud.
    pub cloud: String,
    /// The tenant.
    pub tenant: Uuid,
    /// The application that the token was minted for, such as Azure DevOps.
    pub application: Uuid,
    /// What follows, such as `sc/{organisation id}/{connection id}`.
    pub path: String,
}

impl Eid1 {
    /// Parses a whole subject; `None` where a segment is missing or is no encoded GUID.
    pub fn parse(subject: &str) -> Option<Self> {
        let Segments { cloud, tenant, application, path } = Segments::of(subject)?;
        let path = path?;
        let (tenant, application) = (decode_guid(tenant)?, decode_guid(application)?);
        Some(Self { cloud: cloud.to_owned(), tenant, application, path: path.to_owned() })
    }

    /// The subject as Entra writes it.
    pub fn build(&self) -> String {
        let (tenant, application) = (encode_guid(self.tenant), encode_guid(self.application));
        format!("/eid1/c/{}/t/{tenant}/a/{application}/{}", self.cloud, self.path)
    }

    /// The organisation's and the service connection's id, of an Azure DevOps connection.
    pub fn service_connection(&self) -> Option<(&str, &str)> {
        let (organisation, connection) = self.azure_devops_path()?.strip_prefix("sc/")?.split_once('/')?;
        (!connection.contains('/')).then_some((organisation, connection))
    }

    /// The host and the definition of an Azure DevOps pipeline.
    pub fn pipeline(&self) -> Option<(&str, &str)> {
        let (host, definition) = self.azure_devops_path()?.strip_prefix("pl/h/")?.split_once("/d/")?;
        (!host.contains('/') && !definition.contains('/')).then_some((host, definition))
    }

    fn azure_devops_path(&self) -> Option<&str> {
        (self.application == AZURE_DEVOPS).then_some(self.path.as_str())
    }
}

/// The segments of a subject that has the shape of [`Eid1`], decoded or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segments<'a> {
    cloud: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) application: &'a str,
    pub(crate) path: Option<&'a str>,
}

impl<'a> Segments<'a> {
    pub(crate) fn of(subject: &'a str) -> Option<Self> {
        let (cloud, rest) = subject.strip_prefix("/eid1/c/")?.split_once("/t/")?;
        let (tenant, rest) = rest.split_once("/a/")?;
        let (application, path) = rest.split_once('/').map_or((rest, None), |(a, path)| (a, Some(path)));
        let plain = [cloud, tenant].iter().all(|part| !part.is_empty() && !part.contains('/'));
        (plain && !application.is_empty()).then_some(Self { cloud, tenant, application, path })
    }
}

/// A GUID as a segment: unpadded base64url of its bytes, the first three fields little-endian.
pub fn encode_guid(guid: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(guid.to_bytes_le())
}

/// The GUID in a segment; `None` where the segment is not 16 bytes of unpadded base64url.
pub fn decode_guid(segment: &str) -> Option<Uuid> {
    if segment.len() != 22 {
        return None;
    }
    let mut bytes = [0; 16];
    let written = URL_SAFE_NO_PAD.decode_slice_unchecked(segment, &mut bytes).ok()?;
    (written == bytes.len()).then(|| Uuid::from_bytes_le(bytes))
}

/// How a segment came to be wrong although it stands for a GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misencoding {
    /// The GUID itself, not encoded.
    PlainGuid,
    /// Base64 of the GUID's text instead of its bytes.
    TextOfGuid,
    /// The right bytes with padding, or in the alphabet of plain base64.
    OtherAlphabet,
    /// The bytes in network order, which shows where the other order gives a known application.
    ByteOrder,
    /// A template's placeholder that nobody filled in.
    Placeholder,
    /// None of these; the segment cannot be read.
    Unreadable,
}

/// What is wrong with a tenant or application segment, and the GUID it was meant to be.
/// `None` for a segment that [`decode_guid`] reads.
///
/// Bytes in the wrong order decode like any others, so they are not found here.
pub fn misencoding(segment: &str) -> Option<(Misencoding, Option<Uuid>)> {
    if decode_guid(segment).is_some() {
        return None;
    }
    if let Some(plain) = guid(segment) {
        return Some((Misencoding::PlainGuid, Some(plain)));
    }
    if segment.contains(['{', '}', '<', '>', '$']) {
        return Some((Misencoding::Placeholder, None));
    }
    Some(match decode_leniently(segment) {
        Some(Decoded::Bytes(found)) => (Misencoding::OtherAlphabet, Some(found)),
        Some(Decoded::Text(found)) => (Misencoding::TextOfGuid, Some(found)),
        None => (Misencoding::Unreadable, None),
    })
}

enum Decoded {
    Bytes(Uuid),
    Text(Uuid),
}

fn decode_leniently(segment: &str) -> Option<Decoded> {
    if segment.len() > 64 {
        return None;
    }
    let plain = segment.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let bytes = STANDARD_NO_PAD.decode(plain).ok()?;
    if let Ok(bytes) = <[u8; 16]>::try_from(bytes.as_slice()) {
        return Some(Decoded::Bytes(Uuid::from_bytes_le(bytes)));
    }
    guid(std::str::from_utf8(&bytes).ok()?).map(Decoded::Text)
}

/// A segment of a subject that does not hold the GUID it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Misencoded<'a> {
    /// `tenant` or `application`.
    pub segment: &'static str,
    /// The segment as it stands.
    pub text: &'a str,
    /// What is wrong with it.
    pub what: Misencoding,
    /// The GUID that was meant, where it can be told.
    pub meant: Option<Uuid>,
}

/// The wrongly encoded segments of a subject that begins with `/eid1/c/`; nothing for any other subject.
/// For a linter, which has no presented subject to compare with.
pub fn misencoded(subject: &str) -> Vec<Misencoded<'_>> {
    let Some(segments) = Segments::of(subject) else {
        return Vec::new();
    };
    let named = [("tenant", segments.tenant), ("application", segments.application)];
    let wrong = named.into_iter().filter_map(|(segment, text)| {
        let (what, meant) = misencoding(text).or_else(|| reversed(text).filter(|_| segment == "application"))?;
        Some(Misencoded { segment, text, what, meant })
    });
    wrong.collect()
}

/// A known application whose bytes were taken in network order.
fn reversed(segment: &str) -> Option<(Misencoding, Option<Uuid>)> {
    let meant = swapped(decode_guid(segment)?);
    application_name(meant).map(|_| (Misencoding::ByteOrder, Some(meant)))
}

/// The GUID whose big-endian bytes were encoded where little-endian ones belong.
pub(crate) fn swapped(guid: Uuid) -> Uuid {
    Uuid::from_bytes(guid.to_bytes_le())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_segments_decode_to_their_applications() {
        let known = [
            ("rISbSSETf0KqFyZ8ppdXmA", "499b84ac-1321-427f-aa17-267ca6975798"),
            ("9ExAW52n_ky4ZiS_jhpJIQ", "5b404cf4-a79d-4cfe-b866-24bf8e1a4921"),
            ("m1WPnYRZpEaQKq1Cceg--g", "9d8f559b-5984-46a4-902a-ad4271e83efa"),
            ("qzXoWDkuqUa3l6zM5mM0Rw", "58e835ab-2e39-46a9-b797-accce6633447"),
            ("bDtA7z5frECGhSju0pIq1Q", "ef403b6c-5f3e-40ac-8685-28eed2922ad5"),
        ];
        for (segment, id) in known {
            let id = Uuid::try_parse(id).unwrap();
            assert_eq!(decode_guid(segment), Some(id));
            assert_eq!(encode_guid(id), segment);
            assert!(application_name(id).is_some(), "{id}");
        }
        assert_eq!(decode_guid("v4j5cvGGr0GRqy180BHbRw"), Some(uuid!("72f988bf-86f1-41af-91ab-2d7cd011db47")));
        assert_eq!(decode_guid("PwFflyR_6Een06vEdSvzRg"), Some(uuid!("975f013f-7f24-47e8-a7d3-abc4752bf346")));
    }

    #[test]
    fn refuses_segments_that_are_not_sixteen_bytes() {
        for segment in [
            "",
            "rISbSSETf0KqFyZ8ppdXmA==",
            "rISbSSETf0KqFyZ8ppdXm",
            "rISbSSETf0KqFyZ8ppdXmB",
            "rISbSSETf0KqFyZ8ppdX+A",
            "äöüäöüäöüäö",
        ] {
            assert_eq!(decode_guid(segment), None, "{segment}");
        }
    }

    #[test]
    fn names_what_went_wrong_in_a_segment() {
        let id = uuid!("d3b07384-d9a0-4c5b-8f3e-7f1e2d3c4b5a");
        let cases = [
            (id.to_string(), Misencoding::PlainGuid, Some(id)),
            (id.to_string().to_uppercase(), Misencoding::PlainGuid, Some(id)),
            (URL_SAFE_NO_PAD.encode(id.to_string()), Misencoding::TextOfGuid, Some(id)),
            (STANDARD.encode(id.to_string()), Misencoding::TextOfGuid, Some(id)),
            (URL_SAFE.encode(id.to_bytes_le()), Misencoding::OtherAlphabet, Some(id)),
            (STANDARD.encode(id.to_bytes_le()), Misencoding::OtherAlphabet, Some(id)),
            ("{tenantId}".to_owned(), Misencoding::Placeholder, None),
            ("contoso".to_owned(), Misencoding::Unreadable, None),
            ("A".repeat(5000), Misencoding::Unreadable, None),
        ];
        for (segment, what, meant) in cases {
            assert_eq!(misencoding(&segment), Some((what, meant)), "{segment}");
        }
        assert_eq!(misencoding(&encode_guid(id)), None);
    }

    #[test]
    fn a_linter_sees_every_wrong_segment() {
        let devops = URL_SAFE_NO_PAD.encode(AZURE_DEVOPS.as_bytes());
        let subject = format!("/eid1/c/pub/t/{{tenantId}}/a/{devops}/sc/o/c");
        let found: Vec<_> =
            misencoded(&subject).into_iter().map(|wrong| (wrong.segment, wrong.what, wrong.meant)).collect();
        assert_eq!(
            found,
            [("tenant", Misencoding::Placeholder, None), ("application", Misencoding::ByteOrder, Some(AZURE_DEVOPS))]
        );
        assert_eq!(misencoded("/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/sc/o/c"), []);
        assert_eq!(misencoded("repo:contoso/app:pull_request"), []);
    }

    #[test]
    fn reads_the_tails_of_azure_devops() {
        let subject = |path: &str| format!("/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/{path}");
        let connection = Eid1::parse(&subject("sc/org-1/conn-2")).unwrap();
        assert_eq!((connection.service_connection(), connection.pipeline()), (Some(("org-1", "conn-2")), None));
        let pipeline = Eid1::parse(&subject("pl/h/host-1/d/42")).unwrap();
        assert_eq!((pipeline.service_connection(), pipeline.pipeline()), (None, Some(("host-1", "42"))));
        let other = Eid1 { application: APPLICATIONS[2].0, ..connection };
        assert_eq!(other.service_connection(), None, "only Azure DevOps writes this tail");
    }

    #[test]
    fn incomplete_subjects_do_not_parse() {
        for subject in [
            "/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA",
            "/eid1/c//t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/x",
            "/eid1/c/pub/t/{tenantId}/a/rISbSSETf0KqFyZ8ppdXmA/x",
            "/EID1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/rISbSSETf0KqFyZ8ppdXmA/x",
            "/eid1/",
        ] {
            assert_eq!(Eid1::parse(subject), None, "{subject}");
        }
    }

    proptest! {
        #[test]
        fn guids_survive_a_round_trip(bytes in any::<[u8; 16]>()) {
            let id = Uuid::from_bytes(bytes);
            prop_assert_eq!(decode_guid(&encode_guid(id)), Some(id));
            prop_assert_eq!(swapped(swapped(id)), id);
        }

        #[test]
        fn a_segment_that_decodes_is_the_only_one_for_its_guid(segment in "[A-Za-z0-9_=+/-]{20,24}") {
            if let Some(id) = decode_guid(&segment) {
                prop_assert_eq!(encode_guid(id), segment);
            } else {
                prop_assert!(misencoding(&segment).is_some());
            }
        }

        #[test]
        fn built_subjects_parse_back(cloud in "[a-z]{1,6}", tenant in any::<[u8; 16]>(), application in any::<[u8; 16]>(), path in "[a-z0-9/-]{0,30}") {
            let eid1 = Eid1 { cloud, tenant: Uuid::from_bytes(tenant), application: Uuid::from_bytes(application), path };
            prop_assert_eq!(Eid1::parse(&eid1.build()), Some(eid1));
        }
    }
}
