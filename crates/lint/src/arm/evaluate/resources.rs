//! What expressions may ask of resources and modules.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::json;
use super::super::template::{Each, Expr, Kind, Over, Statement};
use super::{DEEPEST, Locals, MOST_ROUNDS, Scope, member_of, number, text_of, unknown};
use crate::source::{Node, Piece, Place, Text, Unknown, Value, Why};

/// One round of a statement's loop; the only one where there is no loop.
pub(in super::super) struct Iteration {
    pub(in super::super) locals: Locals,
    pub(in super::super) index: Option<usize>,
    /// It stands for an unknown number of rounds.
    pub(in super::super) repeated: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn statement_of_symbol(&self, name: &str) -> Option<usize> {
        self.template.statements.iter().position(|statement| statement.symbol.as_deref() == Some(name))
    }

    pub(in super::super) fn statement(&self, at: usize) -> Option<&'a Statement> {
        self.template.statements.get(at)
    }

    /// Every round of a statement, those of the resources around it included.
    pub(in super::super) fn rounds(self: &Rc<Self>, at: usize, outer: &Locals) -> Vec<Iteration> {
        let Some(statement) = self.statement(at) else { return Vec::new() };
        let bases = match statement.parent {
            Some(parent) if parent < at => self.rounds(parent, outer),
            _ => vec![Iteration { locals: outer.clone(), index: None, repeated: false }],
        };
        let Some(each) = &statement.each else { return bases };
        bases.into_iter().flat_map(|base| self.rounds_of(each, &base)).take(MOST_ROUNDS).collect()
    }

    fn rounds_of(self: &Rc<Self>, each: &'a Each, base: &Iteration) -> Vec<Iteration> {
        let place = match &each.over {
            Over::Items(expr) | Over::Count(expr) => expr.place(),
        };
        let (items, symbol) = match &each.over {
            Over::Items(expr) => {
                let items = self.value(expr, &base.locals);
                let symbol = text_of(&items);
                (as_items(items), format!("{}[*]", symbol.symbol().map_or_else(|| symbol.to_string(), str::to_owned)))
            }
            Over::Count(expr) => {
                let count = self.text(expr, &base.locals);
                let rounds = count
                    .known()
                    .and_then(|count| count.parse::<usize>().ok())
                    .map(|count| (0..count.min(MOST_ROUNDS)).map(|at| number(at, place)).collect());
                (rounds, "copyIndex()".to_owned())
            }
        };
        let Some(items) = items else {
            let locals = bound(&base.locals, each, unknown(symbol, Why::NotGiven, place), None, place);
            return vec![Iteration { locals, index: None, repeated: true }];
        };
        let round = |(at, item)| Iteration {
            locals: bound(&base.locals, each, item, Some(at), place),
            index: Some(at),
            repeated: base.repeated,
        };
        items.into_iter().take(MOST_ROUNDS).enumerate().map(round).collect()
    }

    /// A statement as a whole: its only round, or one that stands for all.
    pub(super) fn whole(self: &Rc<Self>, at: usize, locals: &Locals) -> Iteration {
        let whole = Iteration { locals: locals.clone(), index: None, repeated: false };
        match self.statement(at).and_then(|statement| statement.each.as_ref()) {
            Some(each) => {
                let place = self.statement(at).map_or(Place::new(self.file, 0..0), |statement| statement.place);
                let item = unknown("[*]", Why::NotGiven, place);
                Iteration { locals: bound(locals, each, item, None, place), repeated: true, ..whole }
            }
            None => whole,
        }
    }

    /// The statement and the round that an expression means: `uami`, `uami[0]`, `reference('fic')`.
    pub(in super::super) fn resolve(self: &Rc<Self>, expr: &'a Expr, locals: &Locals) -> Option<(usize, Iteration)> {
        match expr {
            Expr::Name { name, .. } if !locals.iter().any(|(local, _)| local == name) => {
                let at = self.statement_of_symbol(name)?;
                Some((at, self.whole(at, locals)))
            }
            Expr::Index { of, index, .. } => {
                let Expr::Name { name, .. } = &**of else { return None };
                let at = self.statement_of_symbol(name)?;
                self.statement(at)?.each.as_ref()?;
                let index = self.text(index, locals);
                let wanted = index.known().and_then(|index| index.parse::<usize>().ok());
                let mut rounds = self.rounds(at, &Locals::new());
                let found = rounds.iter().position(|round| round.index == wanted && wanted.is_some());
                // A loop over the same items has the same round, whatever the items are.
                Some((at, found.map_or_else(|| self.same_round(at, locals), |found| rounds.swap_remove(found))))
            }
            Expr::Call { function, arguments, .. } if function.eq_ignore_ascii_case("reference") => {
                let wanted = self.text(arguments.first()?, locals);
                let at = self.statement_called(&wanted)?;
                Some((at, self.whole(at, &Locals::new())))
            }
            _ => None,
        }
    }

    /// The round of another loop that has the position of the one around.
    fn same_round(self: &Rc<Self>, at: usize, locals: &Locals) -> Iteration {
        let mut whole = self.whole(at, locals);
        let repeated =
            locals.iter().rev().find(|(name, value)| value.known().is_none() && !name.starts_with("copyindex"));
        if let Some((_, item)) = repeated
            && let Some(each) = self.statement(at).and_then(|statement| statement.each.as_ref())
        {
            whole.locals = bound(&Locals::new(), each, item.clone(), None, item.place);
        }
        whole
    }

    /// The statement of a symbol, a name or a resource id.
    fn statement_called(self: &Rc<Self>, wanted: &Text) -> Option<usize> {
        let by_symbol = wanted.known().and_then(|name| self.statement_of_symbol(name));
        by_symbol.or_else(|| {
            (0..self.template.statements.len()).find(|at| {
                let locals = self.whole(*at, &Locals::new()).locals;
                self.id(*at, &locals) == *wanted || self.full_name(*at, &locals) == *wanted
            })
        })
    }

    /// `a.b.c`, where `a` may be a resource or a module.
    pub(super) fn member(self: &Rc<Self>, expr: &'a Expr, locals: &Locals) -> Node {
        let mut path = Vec::new();
        let mut base = expr;
        while let Expr::Member { of, name, .. } = base {
            path.push(name.as_str());
            base = of;
        }
        path.reverse();
        if let Some((at, iteration)) = self.resolve(base, locals)
            && let Some(found) = self.asked(at, &iteration, &path, expr.place())
        {
            return found;
        }
        let value = self.value(base, locals);
        let full = matches!(base, Expr::Call { arguments, .. } if arguments.len() == 3);
        let path = path.iter().enumerate().filter(|(at, name)| !(full && *at == 0 && **name == "properties"));
        path.fold(value, |value, (_, name)| member_of(&value, name, expr.place()))
    }

    /// What a path into a resource or a module gives.
    fn asked(self: &Rc<Self>, at: usize, iteration: &Iteration, path: &[&str], place: Place) -> Option<Node> {
        let statement = self.statement(at)?;
        let (first, rest) = path.split_first()?;
        match (&statement.kind, *first) {
            (Kind::Resource(_), "id") if !is_graph(statement) => {
                Some(Node::scalar(self.id(at, &iteration.locals).at(place), true))
            }
            (Kind::Resource(_), "name") if !is_graph(statement) => {
                let name = self.names(at, &iteration.locals).pop()?;
                Some(Node::scalar(name.at(place), true))
            }
            (Kind::Resource(_), _) => Some(self.property(at, iteration, path, place)),
            (_, "outputs") => {
                let (name, rest) = rest.split_first()?;
                let rest = if *rest == ["value"] { &[] } else { rest };
                let value = self.output(at, iteration, name, place);
                Some(rest.iter().fold(value, |value, name| member_of(&value, name, place)))
            }
            _ => None,
        }
    }

    /// A property that is written, or else one that Azure fills in.
    fn property(self: &Rc<Self>, at: usize, iteration: &Iteration, path: &[&str], place: Place) -> Node {
        let written = self.statement(at).and_then(|statement| {
            let direct = path.iter().try_fold(&statement.body, |expr, name| expr.get(name));
            direct.or_else(|| path.iter().try_fold(statement.body.get("properties")?, |expr, name| expr.get(name)))
        });
        if let Some(expr) = written {
            return self.value(expr, &iteration.locals);
        }
        let symbol = self.symbol(at, &iteration.locals);
        let path = path.strip_prefix(&["properties"]).unwrap_or(path);
        unknown([&[symbol.as_str()], path].concat().join("."), Why::AfterDeployment, place)
    }

    /// What a module gives back.
    fn output(self: &Rc<Self>, at: usize, iteration: &Iteration, name: &str, place: Place) -> Node {
        let key = name.to_ascii_lowercase();
        let inside = self.deployed(at, iteration);
        match inside
            .and_then(|scope| scope.template.outputs.get(&key).map(|output| scope.value(output, &Locals::new())))
        {
            Some(value) => value,
            None => {
                let symbol = self.statement(at).and_then(|statement| statement.symbol.clone()).unwrap_or_default();
                let round = iteration.index.map(|index| format!("[{index}]")).unwrap_or_default();
                unknown(format!("{}:{symbol}{round}.outputs.{name}", self.root), Why::Elsewhere, place)
            }
        }
    }

    /// The template that a statement deploys, with its parameters.
    pub(in super::super) fn deployed(self: &Rc<Self>, at: usize, iteration: &Iteration) -> Option<Rc<Self>> {
        if let Some(known) = self.deployed.borrow().get(&(at, iteration.index)).filter(|_| !iteration.repeated) {
            return Some(Rc::clone(known));
        }
        let statement = self.statement(at)?;
        let locals = &iteration.locals;
        let (template, file, outer) = match &statement.kind {
            Kind::File(path) => {
                let path = self.beside(path)?;
                (*self.world.templates.get(path.as_str())?, self.world.sources.find(&path)?, None)
            }
            Kind::Nested { template, inner } => {
                (&**template, self.file, (!inner).then(|| (Rc::clone(self), locals.clone())))
            }
            Kind::Resource(_) | Kind::Elsewhere => return None,
        };
        let given = statement.body.get("params").or_else(|| statement.body.get("properties")?.get("parameters"));
        let given: BTreeMap<_, _> =
            json::arguments(given).into_iter().map(|(key, value)| (key, self.value(value, locals))).collect();
        let mut scope = Self::new(self.world, template, file, Rc::clone(&self.root), given);
        scope.outer = outer;
        scope.group = self.group_of(statement, locals).or_else(|| self.group.clone());
        let scope = Rc::new(scope);
        if !iteration.repeated {
            self.deployed.borrow_mut().insert((at, iteration.index), Rc::clone(&scope));
        }
        Some(scope)
    }

    /// The resource group that a statement names.
    fn group_of(self: &Rc<Self>, statement: &'a Statement, locals: &Locals) -> Option<Text> {
        let written = statement.body.get("scope").or_else(|| statement.body.get("resourceGroup"))?;
        match written {
            Expr::Call { function, arguments, .. } if function.eq_ignore_ascii_case("resourceGroup") => {
                arguments.last().map(|name| self.text(name, locals))
            }
            Expr::Name { .. } | Expr::Index { .. } => {
                let (at, iteration) = self.resolve(written, locals)?;
                self.names(at, &iteration.locals).pop()
            }
            Expr::Call { .. } => None,
            _ => Some(self.text(written, locals)),
        }
    }

    /// The parts of a resource's name, those of its parents first.
    pub(in super::super) fn names(self: &Rc<Self>, at: usize, locals: &Locals) -> Vec<Text> {
        let Some(statement) = self.statement(at) else { return Vec::new() };
        let key = if is_graph(statement) { ["uniqueName", "name", "appId"] } else { ["name", "name", "name"] };
        let own = key.iter().find_map(|key| statement.body.get(key));
        let own = own.map_or_else(
            || Text::unknown(statement.symbol.clone().unwrap_or_default(), Why::Expression, statement.place),
            |own| self.text(own, locals),
        );
        let own = split(&own, '/');
        match self.parent_names(statement, locals) {
            Some(mut names) if own.len() == 1 => {
                names.extend(own);
                names
            }
            _ => own,
        }
    }

    fn parent_names(self: &Rc<Self>, statement: &'a Statement, locals: &Locals) -> Option<Vec<Text>> {
        // A resource may be written as its own parent.
        let depth = &self.world.depth;
        if depth.get() >= DEEPEST {
            return None;
        }
        depth.set(depth.get() + 1);
        let names = self.names_of_parent(statement, locals);
        depth.set(depth.get() - 1);
        names
    }

    fn names_of_parent(self: &Rc<Self>, statement: &'a Statement, locals: &Locals) -> Option<Vec<Text>> {
        match (statement.parent, statement.body.get("parent")) {
            (Some(parent), _) => Some(self.names(parent, locals)),
            (None, Some(parent)) => {
                let (at, iteration) = self.resolve(parent, locals)?;
                Some(self.names(at, &iteration.locals))
            }
            (None, None) => None,
        }
    }

    pub(in super::super) fn full_name(self: &Rc<Self>, at: usize, locals: &Locals) -> Text {
        let names = self.names(at, locals);
        let place = names.last().map_or(Place::new(self.file, 0..0), |name| name.place);
        joined(&names, place)
    }

    /// The id of a resource.
    pub(in super::super) fn id(self: &Rc<Self>, at: usize, locals: &Locals) -> Text {
        let Some(statement) = self.statement(at) else { return Text::literal("", Place::new(self.file, 0..0)) };
        let Kind::Resource(kind) = &statement.kind else {
            let name = self.names(at, locals);
            return self.id_of("Microsoft.Resources/deployments", &name, None, statement.place);
        };
        self.id_in_group(at, locals, kind, &self.names(at, locals))
    }

    /// The id of a resource in the resource group of a statement.
    pub(in super::super) fn id_in_group(
        self: &Rc<Self>,
        at: usize,
        locals: &Locals,
        kind: &str,
        names: &[Text],
    ) -> Text {
        let Some(statement) = self.statement(at) else { return Text::literal("", Place::new(self.file, 0..0)) };
        let around = statement.parent.and_then(|parent| self.group_of(self.statement(parent)?, locals));
        let group = self.group_of(statement, locals).or(around).or_else(|| {
            let (at, iteration) = self.resolve(statement.body.get("parent")?, locals)?;
            self.group_of(self.statement(at)?, &iteration.locals)
        });
        self.id_of(kind, names, group.as_ref(), statement.place)
    }

    /// `/subscriptions/…/resourceGroups/…/providers/type/name/type/name`
    pub(super) fn id_of(&self, kind: &str, names: &[Text], group: Option<&Text>, place: Place) -> Text {
        let unknown =
            |what: &str| Piece::Unknown(Unknown { symbol: format!("{}:{what}", self.root), why: Why::AfterDeployment });
        let mut pieces = vec![
            Piece::Literal("/subscriptions/".to_owned()),
            unknown("subscription"),
            Piece::Literal("/resourceGroups/".to_owned()),
        ];
        match group.or(self.group.as_ref()) {
            Some(group) => pieces.extend(group.pieces()),
            None => pieces.push(unknown("resourceGroup")),
        }
        let mut kinds = kind.split('/');
        pieces.push(Piece::Literal(format!("/providers/{}", kinds.next().unwrap_or_default())));
        for (kind, name) in kinds.zip(names) {
            pieces.push(Piece::Literal(format!("/{kind}/")));
            pieces.extend(name.pieces());
        }
        Text::of(pieces, place)
    }

    /// What stands for a resource in symbols.
    pub(in super::super) fn symbol(self: &Rc<Self>, at: usize, locals: &Locals) -> String {
        match self.statement(at) {
            Some(statement) if is_graph(statement) => {
                self.graph_symbol(statement, &joined(&self.names(at, locals), statement.place))
            }
            _ => self.symbol_of_id(&self.id(at, locals)),
        }
    }

    /// What stands for the application of a unique name.
    pub(in super::super) fn application_symbol(&self, name: &Text) -> String {
        format!("{}:applications/{name}", self.root)
    }

    fn graph_symbol(&self, statement: &Statement, name: &Text) -> String {
        let Kind::Resource(kind) = &statement.kind else { return String::new() };
        let kind = kind.rsplit('/').next().unwrap_or(kind);
        format!("{}:{kind}/{name}", self.root)
    }

    /// The same for a resource that is named by its id.
    pub(in super::super) fn symbol_of_id(&self, id: &Text) -> String {
        let shown = id.to_string();
        let own = format!(
            "/subscriptions/${{{root}:subscription}}/resourceGroups/${{{root}:resourceGroup}}/providers/",
            root = self.root
        );
        let tail = shown.strip_prefix(&own).unwrap_or(&shown);
        format!("{}:{}", self.root, tail.strip_prefix("Microsoft.ManagedIdentity/").unwrap_or(tail))
    }
}

/// Whether a resource is one of Microsoft Graph rather than of Azure.
pub(in super::super) fn is_graph(statement: &Statement) -> bool {
    matches!(&statement.kind, Kind::Resource(kind) if kind.get(..16).is_some_and(|start| start.eq_ignore_ascii_case("Microsoft.Graph/")))
}

fn joined(names: &[Text], place: Place) -> Text {
    let mut pieces = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Literal("/".to_owned()));
        }
        pieces.extend(name.pieces());
    }
    Text::of(pieces, place)
}

/// The locals of one round.
fn bound(locals: &Locals, each: &Each, item: Node, at: Option<usize>, place: Place) -> Locals {
    let mut locals = locals.clone();
    let position = at.map_or_else(|| unknown("copyIndex()", Why::NotGiven, place), |at| number(at, place));
    locals.extend(each.index.iter().map(|name| (name.clone(), position.clone())));
    locals.extend(each.item.iter().map(|name| (name.clone(), item.clone())));
    locals
}

fn as_items(node: Node) -> Option<Vec<Node>> {
    match node.value {
        Value::Sequence(items) => Some(items),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

/// The parts of a text between separators; what is not known is taken to have none.
pub(super) fn split(text: &Text, separator: char) -> Vec<Text> {
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => {
                for (at, part) in literal.split(separator).enumerate() {
                    if at > 0 {
                        parts.push(Vec::new());
                    }
                    if let Some(last) = parts.last_mut() {
                        last.push(Piece::Literal(part.to_owned()));
                    }
                }
            }
            unknown => {
                if let Some(last) = parts.last_mut() {
                    last.push(unknown);
                }
            }
        }
    }
    parts.into_iter().map(|pieces| Text::of(pieces, text.place)).collect()
}
