//! Two values one above the other, with marks under what differs.

/// Values longer than this are set one above the other without marks.
const MAX_CHARS: usize = 600;

/// Two values in equally many columns, and the marks below.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Aligned {
    pub(crate) above: String,
    pub(crate) below: String,
    pub(crate) marks: String,
}

/// Puts the values one above the other. What one has and the other lacks stands above or below blanks; a blank that
/// differs is shown as `␣`.
pub(crate) fn align(above: &str, below: &str) -> Aligned {
    if above.chars().count().max(below.chars().count()) > MAX_CHARS {
        return Aligned { above: above.to_owned(), below: below.to_owned(), marks: String::new() };
    }
    let mut aligned = Aligned { above: String::new(), below: String::new(), marks: String::new() };
    for stretch in stretches(&parts(above), &parts(below)) {
        match stretch {
            Stretch::Same(part) => aligned.same(&part),
            Stretch::Differs(above, below) => aligned.characters(&above, &below),
        }
    }
    for line in [&mut aligned.above, &mut aligned.below, &mut aligned.marks] {
        line.truncate(line.trim_end_matches(' ').len());
    }
    aligned
}

impl Aligned {
    fn same(&mut self, part: &str) {
        self.above.push_str(part);
        self.below.push_str(part);
        self.marks.extend(part.chars().map(|_| ' '));
    }

    /// Two parts that differ: what they begin and end with is shared, and of the rest the shorter one is filled up.
    fn characters(&mut self, above: &str, below: &str) {
        let (a, b): (Vec<char>, Vec<char>) = (above.chars().collect(), below.chars().collect());
        let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        let tail = a.iter().skip(head).rev().zip(b.iter().skip(head).rev()).take_while(|(a, b)| a == b).count();
        let few = a.len().min(b.len());
        // Words that only happen to share a letter or two are not set apart.
        let (head, tail) = if 2 * (head + tail) >= few { (head, tail) } else { (0, 0) };
        self.same(&a.iter().take(head).collect::<String>());
        let (a, b) = (middle(&a, head, tail), middle(&b, head, tail));
        let rest: String = above.chars().skip(head + a.len()).collect();
        for at in 0..a.len().max(b.len()) {
            let (x, y) = (a.get(at).copied(), b.get(at).copied());
            self.above.push(x.map_or(' ', visible));
            self.below.push(y.map_or(' ', visible));
            // Between texts of different lengths, letters that meet are equal by chance.
            self.marks.push(if x == y && a.len() == b.len() { ' ' } else { '^' });
        }
        self.same(&rest);
    }
}

fn middle(text: &[char], head: usize, tail: usize) -> Vec<char> {
    text.iter().skip(head).take(text.len() - head - tail).copied().collect()
}

fn visible(c: char) -> char {
    if c.is_whitespace() { '␣' } else { c }
}

/// Words, and the signs between them, each by itself.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let length = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (part, behind) = rest.split_at(length);
        parts.push(part);
        rest = behind;
    }
    parts
}

/// A stretch that both have, or what each has in its place.
enum Stretch {
    Same(String),
    Differs(String, String),
}

/// Both texts side by side, along the longest sequence of parts that both have.
fn stretches(above: &[&str], below: &[&str]) -> Vec<Stretch> {
    let common = common(above, below);
    let (mut stretches, mut i, mut j) = (Vec::new(), 0, 0);
    for (at, &(next_i, next_j)) in common.iter().enumerate() {
        let alone = |part: &str| {
            let apart_before = next_i > i || next_j > j;
            let behind = common.get(at + 1).copied().unwrap_or((above.len(), below.len()));
            !part.contains(char::is_alphanumeric) && apart_before && behind != (next_i + 1, next_j + 1)
        };
        // A sign that only happens to stand between other words in both is not shared.
        let Some(part) = above.get(next_i).filter(|part| !alone(part)) else { continue };
        differ(above.get(i..next_i), below.get(j..next_j), &mut stretches);
        stretches.push(Stretch::Same((*part).to_owned()));
        (i, j) = (next_i + 1, next_j + 1);
    }
    differ(above.get(i..), below.get(j..), &mut stretches);
    stretches
}

fn differ(above: Option<&[&str]>, below: Option<&[&str]>, stretches: &mut Vec<Stretch>) {
    let (above, below) = (above.unwrap_or_default().concat(), below.unwrap_or_default().concat());
    if !above.is_empty() || !below.is_empty() {
        stretches.push(Stretch::Differs(above, below));
    }
}

/// Where the parts of the longest common sequence stand in both.
fn common(above: &[&str], below: &[&str]) -> Vec<(usize, usize)> {
    let width = below.len() + 1;
    let mut longest = vec![0_u32; (above.len() + 1) * width];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in above.iter().enumerate().rev() {
        for (j, b) in below.iter().enumerate().rev() {
            let value = match a == b {
                true => at(&longest, i + 1, j + 1) + 1,
                false => at(&longest, i + 1, j).max(at(&longest, i, j + 1)),
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = value;
            }
        }
    }
    let (mut common, mut i, mut j) = (Vec::new(), 0, 0);
    while let (Some(a), Some(b)) = (above.get(i), below.get(j)) {
        if a == b {
            common.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn differences() {
        for (above, below, expected) in [
            (
                "repo:contoso/shop:environment:Production",
                "repo:contoso/shop:environment:production",
                [
                    "repo:contoso/shop:environment:Production",
                    "repo:contoso/shop:environment:production",
                    "                              ^",
                ],
            ),
            (
                "repo:contoso@12/shop@34:environment:prod",
                "repo:contoso/shop:environment:prod",
                [
                    "repo:contoso@12/shop@34:environment:prod",
                    "repo:contoso   /shop   :environment:prod",
                    "            ^^^     ^^^",
                ],
            ),
            (
                "repo:contoso/shop:environment:prod",
                "repo:contoso/shop:ref:refs/heads/main",
                [
                    "repo:contoso/shop:environment:prod",
                    "repo:contoso/shop:ref:refs/heads/main",
                    "                  ^^^^^^^^^^^^^^^^^^^",
                ],
            ),
            (
                "https://login.contoso.com/a1/v2.0",
                "https://vstoken.fabrikam.net/b2",
                [
                    "https://login.contoso.com/a1/v2.0",
                    "https://vstoken.fabrikam.net/b2",
                    "        ^^^^^^^^^^^^^^^^^^^^^^^^^",
                ],
            ),
            ("main ", "main", ["main␣", "main", "    ^"]),
            ("same", "same", ["same", "same", ""]),
            ("", "api", ["", "api", "^^^"]),
            ("prod-eu", "prod-us", ["prod-eu", "prod-us", "     ^^"]),
        ] {
            let aligned = align(above, below);
            assert_eq!([aligned.above, aligned.below, aligned.marks], expected);
        }
    }
}
