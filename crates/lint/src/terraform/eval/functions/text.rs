//! Functions over texts. Those that work letter by letter also work on texts that are known in part.

use super::super::Invalid;
use super::super::template::text_of;
use super::{Made, bare, items, known_text, sequence};
use crate::source::{Node, Piece, Place, Text, Unknown};

pub(super) fn call(name: &str, arguments: &[Node], at: Place) -> Made {
    Ok(match (name, arguments) {
        ("lower" | "upper", [value]) => Some(cased(name, text_of(value)?, at)),
        ("format", [pattern, values @ ..]) => format(pattern, values, at)?,
        ("formatlist", [pattern, values @ ..]) => format_list(pattern, values, at)?,
        ("join", [separator, lists @ ..]) => join(separator, lists, at)?,
        ("trimspace", [value]) => value.known().map(|text| known_text(text.trim(), at)),
        ("chomp", [value]) => value.known().map(|text| known_text(text.trim_end_matches(['\r', '\n']), at)),
        ("title", [value]) => value.known().map(|text| known_text(title(text), at)),
        ("replace", [value, from, to]) => replace(value, from, to, at),
        ("split", [separator, value]) => known_two(separator, value)
            .map(|(separator, value)| sequence(value.split(separator).map(|part| known_text(part, at)).collect(), at)),
        ("trimprefix", [value, prefix]) => trim_prefix(text_of(value)?, prefix, at),
        ("trimsuffix", [value, suffix]) => trim_suffix(text_of(value)?, suffix, at),
        ("trim", [value, set]) => {
            known_two(value, set).map(|(value, set)| known_text(value.trim_matches(|c| set.contains(c)), at))
        }
        ("startswith", [value, prefix]) => {
            known_two(value, prefix).map(|(value, prefix)| bare(value.starts_with(prefix).to_string(), at))
        }
        ("endswith", [value, suffix]) => {
            known_two(value, suffix).map(|(value, suffix)| bare(value.ends_with(suffix).to_string(), at))
        }
        ("strcontains", [value, part]) => {
            known_two(value, part).map(|(value, part)| bare(value.contains(part).to_string(), at))
        }
        ("substr", [value, offset, length]) => substring(value, offset, length, at),
        ("basename", [value]) => value.known().map(|text| known_text(text.rsplit('/').next().unwrap_or(text), at)),
        ("dirname", [value]) => value.known().map(|text| known_text(crate::source::folder(text), at)),
        _ => None,
    })
}

fn known_two<'n>(first: &'n Node, second: &'n Node) -> Option<(&'n str, &'n str)> {
    first.known().zip(second.known())
}

fn cased(name: &str, text: &Text, at: Place) -> Node {
    let pieces = text.pieces().into_iter().map(|piece| match piece {
        Piece::Literal(text) if name == "lower" => Piece::Literal(text.to_lowercase()),
        Piece::Literal(text) => Piece::Literal(text.to_uppercase()),
        Piece::Unknown(Unknown { symbol, why }) => Piece::Unknown(Unknown { symbol: format!("{name}({symbol})"), why }),
    });
    Node::scalar(Text::of(pieces, at), true)
}

fn title(text: &str) -> String {
    let mut start = true;
    let upper = |c: char| c.to_uppercase().next().unwrap_or(c);
    text.chars()
        .map(|c| {
            let result = if start { upper(c) } else { c };
            start = c.is_whitespace();
            result
        })
        .collect()
}

/// `%s`, `%v`, `%d`, `%q` and `%%`; other verbs are not worked out.
fn format(pattern: &Node, values: &[Node], at: Place) -> Made {
    let Some(pattern) = pattern.known() else { return Ok(None) };
    let mut pieces = Vec::new();
    let mut values = values.iter();
    let mut parts = pattern.split('%');
    pieces.push(Piece::Literal(parts.next().unwrap_or_default().to_owned()));
    while let Some(part) = parts.next() {
        let mut rest = part.chars();
        match rest.next() {
            Some('s' | 'v' | 'd') => {
                pieces.extend(text_of(values.next().ok_or(Invalid)?)?.pieces());
                pieces.push(Piece::Literal(rest.as_str().to_owned()));
            }
            Some('q') => {
                let Some(text) = text_of(values.next().ok_or(Invalid)?)?.known() else { return Ok(None) };
                pieces.push(Piece::Literal(format!("{text:?}{}", rest.as_str())));
            }
            // `%%`: the text up to the second sign is empty.
            None => {
                let after = parts.next().unwrap_or_default();
                pieces.push(Piece::Literal(format!("%{after}")));
            }
            Some(_) => return Ok(None),
        }
    }
    Ok(Some(Node::scalar(Text::of(pieces, at), true)))
}

fn format_list(pattern: &Node, values: &[Node], at: Place) -> Made {
    let Some(longest) = values.iter().filter_map(|value| items(value).map(<[Node]>::len)).max() else {
        return Ok(None);
    };
    let mut made = Vec::new();
    for row in 0..longest {
        let of_row: Option<Vec<Node>> = values
            .iter()
            .map(|value| items(value).map_or(Some(value.clone()), |items| items.get(row).cloned()))
            .collect();
        match format(pattern, &of_row.ok_or(Invalid)?, at)? {
            Some(text) => made.push(text),
            None => return Ok(None),
        }
    }
    Ok(Some(sequence(made, at)))
}

fn join(separator: &Node, lists: &[Node], at: Place) -> Made {
    let Some(lists) = lists.iter().map(items).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let separator = text_of(separator)?;
    let mut pieces = Vec::new();
    for item in lists.into_iter().flatten() {
        if !pieces.is_empty() {
            pieces.push(separator.pieces());
        }
        pieces.push(text_of(item)?.pieces());
    }
    Ok(Some(Node::scalar(Text::of(pieces.into_iter().flatten(), at), true)))
}

fn replace(value: &Node, from: &Node, to: &Node, at: Place) -> Option<Node> {
    let (from, to) = known_two(from, to)?;
    // Between slashes it is a regular expression, which is not worked out.
    if from.len() > 1 && from.starts_with('/') && from.ends_with('/') {
        return None;
    }
    value.known().map(|value| known_text(value.replace(from, to), at))
}

fn trim_prefix(value: &Text, prefix: &Node, at: Place) -> Option<Node> {
    let prefix = prefix.known()?;
    let mut pieces = value.pieces();
    if let Some(Piece::Literal(first)) = pieces.first_mut() {
        if first.len() < prefix.len() && pieces.len() > 1 {
            return None;
        }
        if let Some(Piece::Literal(first)) = pieces.first_mut() {
            *first = first.strip_prefix(prefix).unwrap_or(first).to_owned();
        }
        return Some(Node::scalar(Text::of(pieces, at), true));
    }
    None
}

fn trim_suffix(value: &Text, suffix: &Node, at: Place) -> Option<Node> {
    let suffix = suffix.known()?;
    let mut pieces = value.pieces();
    let several = pieces.len() > 1;
    match pieces.last_mut() {
        Some(Piece::Literal(last)) if last.len() >= suffix.len() || !several => {
            *last = last.strip_suffix(suffix).unwrap_or(last).to_owned();
            Some(Node::scalar(Text::of(pieces, at), true))
        }
        _ => None,
    }
}

fn substring(value: &Node, offset: &Node, length: &Node, at: Place) -> Option<Node> {
    let offset: usize = offset.known()?.parse().ok()?;
    let length: i64 = length.known()?.parse().ok()?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Some(known_text(value.known()?.chars().skip(offset).take(length).collect::<String>(), at))
}

#[cfg(test)]
mod tests {
    use super::super::super::show;
    use super::*;
    use crate::source::{FileId, Why};

    const HERE: Place = Place { file: FileId(0), start: 0, end: 0 };

    fn made(name: &str, arguments: &[Node]) -> String {
        call(name, arguments, HERE).unwrap().map_or("open".to_owned(), |node| show(&node))
    }

    #[test]
    fn texts_known_in_part() {
        let text = |text: &str| known_text(text, HERE);
        let org = super::super::super::unknown("var.org", Why::NotGiven, HERE);
        let list = sequence(vec![text("repo"), org.clone()], HERE);
        assert_eq!(made("join", &[text(":"), list]), "\"repo:${var.org}\"");
        assert_eq!(
            made("format", &[text("repo:%s/%s 100%%"), org.clone(), text("shop")]),
            "\"repo:${var.org}/shop 100%\""
        );
        assert_eq!(made("lower", std::slice::from_ref(&org)), "lower(var.org)");
        assert_eq!(made("format", &[text("%05d"), text("1")]), "open");
        assert_eq!(made("replace", &[text("a/b"), text("/"), text("-")]), "\"a-b\"");
        assert_eq!(made("trimprefix", &[org, text("x")]), "open");
        assert_eq!(made("substr", &[text("contoso"), text("0"), text("3")]), "\"con\"");
    }
}
