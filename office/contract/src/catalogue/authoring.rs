//! One item file (assets/catalogue/README.md describes it) -> one [`ServiceItem`].
use super::definitions::Definitions;
use super::questions::compile_pages;
use super::source::{Node, Tree};
use super::{ItemProblem, eligibility};
use crate::item::{
    Consent, ConsentOrigin, ConsentPart, Document, DocumentRow, DocumentTable, Guide, Kind, Material,
    MaterialSource, Question, ServiceItem,
};
use crate::text::Text;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

const ITEM_KEYS: [&str; 26] = [
    "id",
    "version",
    "name",
    "short",
    "summary",
    "department",
    "category",
    "kind",
    "keywords",
    "popularity",
    "life_events",
    "needs_network",
    "who",
    "conditions",
    "materials",
    "days",
    "visits",
    "fee",
    "result",
    "output",
    "law",
    "faq",
    "eligible",
    "pages",
    "document",
    "retention",
];

pub fn compile_item(definitions: &Definitions, file: &str, text: &str) -> Result<ServiceItem, ItemProblem> {
    let node = Node::parse(file, text)?;
    node.only(&ITEM_KEYS)?;
    let department = node.require("department")?;
    let department = definitions.department(department.str()?, department)?;
    let name = node.require("name")?.text()?;
    let kind: Kind = word(node.require("kind")?)?;
    let form = match node.get("pages") {
        Some(pages) => compile_pages(definitions, pages.list()?)?,
        None => compile_pages(definitions, &[])?,
    };
    let version = small_number(node.require("version")?)?;
    let id = node.require("id")?.str()?.to_string();
    let document = node.get("document").map(|node| document(definitions, node, &name)).transpose()?;
    if kind == Kind::QueryPrint && document.is_none() {
        return Err(node.problem("a query_print item needs `document`"));
    }
    let mut sources = form.sources.clone();
    sources.extend(document.iter().flat_map(document_sources));
    Ok(ServiceItem {
        consent: consent(definitions, &node, &format!("{id}.{version}"), &name, department, &sources)?,
        id,
        version,
        short_name: node.get("short").map_or_else(|| Ok(name.clone()), Node::text)?,
        name,
        summary: node.require("summary")?.text()?,
        department: department.require("name")?.text()?,
        category: word(node.require("category")?)?,
        kind,
        keywords: node.require("keywords")?.strings()?,
        popularity: small_number(node.require("popularity")?)?,
        life_events: node
            .get("life_events")
            .map_or(Ok(vec![]), |list| list.list()?.iter().map(word).collect())?,
        guide: guide(definitions, &node, department)?,
        eligibility: eligibility::compile(definitions, node.get("eligible"))?,
        needs_network: node.get("needs_network").map_or(Ok(false), Node::bool)?,
        schema: form.schema,
        uischema: form.uischema,
        translations: form.translations,
        document,
        joint: None,
    })
}

fn guide(definitions: &Definitions, node: &Node, department: &Node) -> Result<Guide, ItemProblem> {
    let days = node.require("days")?;
    let [statutory, promised] = days.list()? else {
        return Err(days.problem("write [statutory days, promised days]"));
    };
    let fee = node.get("fee").map_or_else(|| Ok(definitions.phrase("free", &[])), Node::text)?;
    let faq = node.get("faq").map_or(Ok(&[][..]), Node::list)?;
    let materials = node.require("materials")?.list()?;
    Ok(Guide {
        who: node.require("who")?.text()?,
        conditions: node.require("conditions")?.texts()?,
        materials: materials.iter().map(|node| material(definitions, node)).collect::<Result<_, _>>()?,
        statutory_days: small_number(statutory)? as u16,
        promised_days: small_number(promised)? as u16,
        visits: node.get("visits").map_or(Ok(0), small_number)? as u8,
        fee,
        result: node.require("result")?.text()?,
        output: word(node.require("output")?)?,
        legal_basis: node.require("law")?.texts()?,
        contact: department.require("contact")?.text()?,
        complaint: department.require("complaint")?.text()?,
        faq: faq.iter().map(question).collect::<Result<_, _>>()?,
    })
}

/// `["问？ | Q?", "答。 | A."]`
fn question(node: &Node) -> Result<Question, ItemProblem> {
    match node.list()? {
        [question, answer] => Ok(Question { question: question.text()?, answer: answer.text()? }),
        _ => Err(node.problem("write [question, answer]")),
    }
}

/// `"card"`, `"sign"`, or `"shared: 居住登记 | Residence record"`, or a table with a note.
fn material(definitions: &Definitions, node: &Node) -> Result<Material, ItemProblem> {
    if let Tree::Table(_) = node.value {
        node.only(&["material", "note"])?;
        let plain = material(definitions, node.require("material")?)?;
        return Ok(Material { note: Some(node.require("note")?.text()?), ..plain });
    }
    let written = node.str()?;
    let (source, name) =
        written.split_once(':').map_or((written, None), |(source, name)| (source, Some(name)));
    let (source, phrase) = match source {
        "card" => (MaterialSource::Card, "material_card"),
        "shared" => (MaterialSource::Shared, "material_shared"),
        "sign" => (MaterialSource::SignedHere, "material_sign"),
        "promise" => (MaterialSource::Promise, "material_promise"),
        "bring" => (MaterialSource::BroughtLater, ""),
        _ => return Err(node.problem("starts with card, shared:, sign:, promise: or bring:")),
    };
    let name = match name {
        Some(name) => Node { value: Tree::Str(name.trim().to_string()), ..node.clone() }.text()?,
        None if !phrase.is_empty() => definitions.phrase(phrase, &[]),
        None => return Err(node.problem("name what is brought: \"bring: 照片 | Photo\"")),
    };
    Ok(Material { name, source, note: None })
}

/// Written from what the form and the document really use, so that it cannot promise less.
fn consent(
    definitions: &Definitions,
    node: &Node,
    version: &str,
    name: &Text,
    department: &Node,
    sources: &BTreeSet<String>,
) -> Result<Consent, ItemProblem> {
    let department = department.require("name")?.text()?;
    let part = |text: Text, origin: ConsentOrigin| ConsentPart { text, origin };
    let mut what = vec![part(definitions.phrase("consent_card", &[]), ConsentOrigin::Card)];
    for source in sources.iter().filter(|source| source.starts_with("shared.")) {
        what.push(part(label_of(definitions, source, node)?, ConsentOrigin::Shared));
    }
    what.dedup();
    let from = if what.len() > 1 { "consent_from_shared" } else { "consent_from_card" };
    let retention = match node.get("retention") {
        Some(node) => node.text()?,
        None => definitions.phrase("consent_retention", &[&department]),
    };
    if node.get("pages").is_some_and(|pages| pages.list().is_ok_and(|list| !list.is_empty())) {
        what.push(part(definitions.phrase("consent_answers", &[]), ConsentOrigin::Resident));
    }
    Ok(Consent {
        version: version.to_string(),
        what,
        from_whom: definitions.phrase(from, &[]),
        purpose: definitions.phrase("consent_purpose", &[name]),
        recipients: department,
        retention,
    })
}

fn document(definitions: &Definitions, node: &Node, name: &Text) -> Result<Document, ItemProblem> {
    node.only(&["title", "opening", "rows", "tables", "closing"])?;
    let rows = node.require("rows")?.list()?;
    let tables = node.get("tables").map_or(Ok(&[][..]), Node::list)?;
    Ok(Document {
        title: node.get("title").map_or_else(|| Ok(name.clone()), Node::text)?,
        opening: node.get("opening").map(Node::text).transpose()?,
        rows: rows.iter().map(|row| document_row(definitions, row)).collect::<Result<_, _>>()?,
        tables: tables.iter().map(|table| document_table(definitions, table)).collect::<Result<_, _>>()?,
        closing: node
            .get("closing")
            .map_or_else(|| Ok(definitions.phrase("document_closing", &[])), Node::text)?,
    })
}

/// A path alone takes its label from definitions/directory.toml.
fn document_row(definitions: &Definitions, node: &Node) -> Result<DocumentRow, ItemProblem> {
    let Tree::Table(_) = node.value else {
        let from = node.str()?.to_string();
        return Ok(DocumentRow { label: label_of(definitions, &from, node)?, from });
    };
    node.only(&["from", "label"])?;
    let from = node.require("from")?.str()?.to_string();
    if !from.starts_with("answers.") {
        label_of(definitions, &from, node)?;
    }
    Ok(DocumentRow { label: node.require("label")?.text()?, from })
}

fn document_table(definitions: &Definitions, node: &Node) -> Result<DocumentTable, ItemProblem> {
    let from = node.str()?.to_string();
    let title = label_of(definitions, &from, node)?;
    let field = definitions.directory(&from).and_then(|field| field.get("columns"));
    let columns = field
        .ok_or_else(|| node.problem(format!("`{from}` has no columns in definitions/directory.toml")))?;
    let column = |(key, label): &(String, Node)| Ok(DocumentRow { label: label.text()?, from: key.clone() });
    Ok(DocumentTable {
        title,
        from,
        columns: columns.entries()?.iter().map(column).collect::<Result<_, _>>()?,
    })
}

fn document_sources(document: &Document) -> Vec<String> {
    let rows = document.rows.iter().map(|row| row.from.clone());
    rows.chain(document.tables.iter().map(|table| table.from.clone())).collect()
}

fn label_of(definitions: &Definitions, path: &str, asked_by: &Node) -> Result<Text, ItemProblem> {
    let missing = || asked_by.problem(format!("`{path}` is not in definitions/directory.toml"));
    definitions.directory(path).ok_or_else(missing)?.require("label")?.text()
}

/// A word of a closed list, as serde spells it.
pub fn word<T: DeserializeOwned>(node: &Node) -> Result<T, ItemProblem> {
    let written = node.str()?;
    serde_json::from_value(written.into()).map_err(|error| node.problem(error.to_string()))
}

pub fn small_number(node: &Node) -> Result<u32, ItemProblem> {
    u32::try_from(node.int()?).map_err(|_| node.problem("must not be negative or huge"))
}
