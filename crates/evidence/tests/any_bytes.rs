//! Reading holds for any bytes, in any pieces.

use fedlens_evidence::{Reader, read};
use proptest::prelude::*;

/// Scraps that lead into every reader.
const SCRAPS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "\n",
    "\\",
    "null",
    "0",
    "{\"value\":[",
    "{\"records\":[",
    "{\"error\":",
    "\"error_description\":\"AADSTS700024: x\"",
    "\"pbi.error\":{\"code\":\"DMTS_MadeUpError\"}",
    "{\"category\":\"ServicePrincipalSignInLogs\",\"resultType\":\"700213\",\"properties\":{\"id\":\"r\"}}",
    "{\"refreshType\":\"x\",\"status\":\"Failed\",\"serviceExceptionJson\":\"{\\\"errorCode\\\":\\\"Made\\\"}\"}",
    "{\"activityName\":\"x\",\"status\":\"Failed\",\"error\":{\"errorCode\":\"2200\",\"message\":\"\"}}",
    "{\"issuer\":\"https://x\",\"subject\":\"y\",\"audiences\":[\"z\"]}",
    "{\"properties\":{\"type\":\"AzureBlobFS\",\"typeProperties\":{\"url\":\"u\"}}}",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
    "Bearer ",
    "#!/bin/sh\n",
    "az login\n",
    "import msal\n",
    "AADSTS700213: No matching federated identity record found",
    "\u{feff}",
    "\0",
    "é",
    "-----BEGIN X-----\n",
];

fn whole(bytes: &[u8]) -> String {
    format!("{:?}", read("standard input", bytes))
}

fn in_pieces(bytes: &[u8], sizes: &[usize]) -> String {
    let mut reader = Reader::new("standard input");
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        let (piece, more) = rest.split_at((*size).min(rest.len()));
        reader.push(piece);
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
    format!("{:?}", reader.finish())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn arbitrary_bytes_are_read_the_same_in_any_pieces(
        bytes in prop::collection::vec(any::<u8>(), 0..4_000),
        sizes in prop::collection::vec(1_usize..500, 1..5),
    ) {
        prop_assert_eq!(whole(&bytes), in_pieces(&bytes, &sizes));
    }

    #[test]
    fn scraps_of_evidence_are_read_the_same_in_any_pieces(
        scraps in prop::collection::vec(prop::sample::select(SCRAPS), 0..40),
        sizes in prop::collection::vec(1_usize..200, 1..5),
    ) {
        let text = scraps.concat();
        prop_assert_eq!(whole(text.as_bytes()), in_pieces(text.as_bytes(), &sizes));
    }

    #[test]
    fn long_inputs_are_read_the_same_in_any_pieces(
        scraps in prop::collection::vec(prop::sample::select(SCRAPS), 1..8),
        repeats in 100_usize..2_000,
        size in 1_000_usize..100_000,
    ) {
        let text = (scraps.concat() + "\n").repeat(repeats);
        let bytes = text.as_bytes().get(..text.len().min(150_000)).unwrap();
        prop_assert_eq!(whole(bytes), in_pieces(bytes, &[size]));
    }

    #[test]
    fn any_name_and_text_is_read_as_source(
        name in "[a-z]{0,8}\\.(cs|py|ts|js|java|go|ps1|sh)",
        text in "(AcquireTokenInteractive|client_assertion|az login|Connect-AzAccount|[\"'`@#/*(){}\\\\ =:\n]|\\PC){0,80}",
    ) {
        let evidence = read(&name, text.as_bytes());
        prop_assert!(evidence.items.len() + evidence.skipped.len() == 1);
    }
}
