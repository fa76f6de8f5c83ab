//! A life event as one service item, so that guide, session and office treat it like any other.
use super::LifeEvent;
use crate::catalogue::Catalogue;
use crate::item::{Consent, Eligibility, Guide, Joint, Kind, Member, Output, Savings, ServiceItem, Wanted};
use crate::text::Text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl LifeEvent {
    /// The guide of all members together: what one needs once, the longest time, every rule.
    /// `None` when a member is missing from this catalogue.
    pub fn as_item(&self, catalogue: &Catalogue) -> Option<ServiceItem> {
        let members: Option<Vec<&ServiceItem>> = self.members.iter().map(|id| catalogue.item(id)).collect();
        let members = members?;
        let first = *members.first()?;
        let promised = members.iter().any(|item| item.kind == Kind::Promised);
        let savings = self.savings(&members);
        Some(ServiceItem {
            id: self.id.clone(),
            version: self.version,
            name: self.name.clone(),
            // Not the theme's name: the tile stands beside those of the theme's services.
            short_name: self.name.clone(),
            summary: followed_by(&self.summary, &savings.words()),
            department: self.departments(&members),
            category: first.category,
            kind: if promised { Kind::Promised } else { Kind::Immediate },
            keywords: distinct(members.iter().flat_map(|item| item.keywords.iter().cloned())),
            popularity: members.iter().map(|item| item.popularity).max().unwrap_or_default(),
            life_events: vec![self.theme],
            guide: guide(&members),
            eligibility: Eligibility {
                rules: distinct(members.iter().flat_map(|item| item.eligibility.rules.iter().cloned())),
            },
            consent: self.consent(&members),
            needs_network: members.iter().any(|item| item.needs_network),
            schema: self.schema.clone(),
            uischema: self.uischema.clone(),
            translations: self.translations.clone(),
            document: None,
            joint: Some(Joint { savings, members: members.iter().map(|item| self.member(item)).collect() }),
        })
    }

    fn member(&self, item: &ServiceItem) -> Member {
        Member {
            id: item.id.clone(),
            version: item.version,
            name: item.name.clone(),
            department: item.department.clone(),
            questions: self.mapping.get(&item.id).cloned().unwrap_or_default(),
            wanted: self.wanted.get(&item.id).cloned(),
        }
    }

    /// Those that get something whatever is answered; the others with the remark that it depends.
    fn departments(&self, members: &[&ServiceItem]) -> Text {
        let all = distinct(members.iter().map(|item| item.department.clone()));
        let (sure, perhaps): (Vec<&Text>, Vec<&Text>) =
            all.iter().partition(|department| self.always_asks(department, members));
        let (sure, perhaps) = (Text::listed(sure.into_iter()), Text::listed(perhaps.into_iter()));
        match (sure.zh.is_empty(), perhaps.zh.is_empty()) {
            (_, true) => sure,
            (true, _) => perhaps,
            _ => Text::new(
                format!("{}，看您选的还有{}", sure.zh, perhaps.zh),
                format!("{}; by your choice also {}", sure.en, perhaps.en),
            ),
        }
    }

    /// A member nobody can leave out, or one for every answer of a question that must be answered.
    fn always_asks(&self, department: &Text, members: &[&ServiceItem]) -> bool {
        let own = || members.iter().filter(|item| item.department == *department);
        let Some(wanted) = own().map(|item| self.wanted.get(&item.id)).collect::<Option<Vec<&Wanted>>>()
        else {
            return true;
        };
        wanted.iter().any(|first| {
            let answers = self.schema["properties"][first.question.as_str()]["enum"].as_array();
            answers.is_some_and(|answers| {
                answers.iter().all(|answer| {
                    wanted.iter().any(|one| one.question == first.question && one.answer == *answer)
                })
            })
        })
    }

    /// Of several ways through the form the one that begins with the first member is counted.
    fn savings(&self, all: &[&ServiceItem]) -> Savings {
        let first = all.first().and_then(|item| self.wanted.get(&item.id));
        let on_the_way = |item: &&&ServiceItem| {
            let other = |wanted: &Wanted| {
                first.is_some_and(|first| first.question == wanted.question && first != wanted)
            };
            !self.wanted.get(&item.id).is_some_and(other)
        };
        let (members, spared): (Vec<&ServiceItem>, Vec<&ServiceItem>) = all.iter().partition(on_the_way);
        let questions = |of: &[&ServiceItem]| -> BTreeSet<&String> {
            of.iter().filter_map(|item| self.mapping.get(&item.id)).flat_map(BTreeMap::values).collect()
        };
        let kept = questions(&members);
        let spared = questions(&spared).into_iter().filter(|key| !kept.contains(key)).count();
        let counters = || members.iter().map(|item| usize::from(item.guide.visits));
        let signed = members.iter().filter(|item| item.wants_signature()).count();
        Savings {
            questions_apart: members.iter().map(|item| asked(&item.schema)).sum(),
            questions_together: asked(&self.schema) - spared,
            visits_apart: members.len() + counters().sum::<usize>(),
            visits_together: 1 + counters().max().unwrap_or_default(),
            signatures_apart: signed,
            signatures_together: usize::from(self.wants_signature),
        }
    }

    fn consent(&self, members: &[&ServiceItem]) -> Consent {
        let named = |text: &Text| Text::new(format!("“{}”", text.zh), format!("“{}”", text.en));
        let name = named(&self.name);
        let fullest = members.iter().max_by_key(|item| item.consent.what.len());
        Consent {
            version: format!("{}.{}", self.id, self.version),
            what: distinct(members.iter().flat_map(|item| item.consent.what.iter().cloned())),
            from_whom: fullest.map(|item| item.consent.from_whom.clone()).unwrap_or_default(),
            purpose: Text::new(format!("只用来办{}。", name.zh), format!("Used only for {}.", name.en)),
            recipients: joined(members.iter().map(|item| &item.consent.recipients)),
            retention: Text::new(
                "本机送达后就删除。各部门按规定保存。",
                "Deleted here once delivered. Each office keeps its part as the law says.",
            ),
        }
    }
}

/// The guide page shows what the merge spares right below the name.
fn followed_by(summary: &Text, words: &Text) -> Text {
    Text::new(format!("{}{}", summary.zh, words.zh), format!("{} {}", summary.en, words.en))
}

/// Questions of a form; what is computed is not asked.
fn asked(schema: &Value) -> usize {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map_or(0, |all| all.values().filter(|one| one.get("x-derive").is_none()).count())
}

fn guide(members: &[&ServiceItem]) -> Guide {
    let guides = || members.iter().map(|item| &item.guide);
    let longest = |days: fn(&Guide) -> u16| guides().map(days).max().unwrap_or_default();
    Guide {
        who: guides().next().map(|guide| guide.who.clone()).unwrap_or_default(),
        conditions: distinct(guides().flat_map(|guide| guide.conditions.iter().cloned())),
        materials: distinct(guides().flat_map(|guide| guide.materials.iter().cloned())),
        statutory_days: longest(|guide| guide.statutory_days),
        promised_days: longest(|guide| guide.promised_days),
        visits: guides().map(|guide| guide.visits).max().unwrap_or_default(),
        fee: joined(guides().map(|guide| &guide.fee)),
        result: joined(guides().map(|guide| &guide.result)),
        output: Output::Notice,
        legal_basis: distinct(guides().flat_map(|guide| guide.legal_basis.iter().cloned())),
        contact: joined(guides().map(|guide| &guide.contact)),
        complaint: joined(guides().map(|guide| &guide.complaint)),
        faq: guides().filter_map(|guide| guide.faq.first().cloned()).collect(),
    }
}

/// Each once, in the order of the members.
fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.fold(Vec::new(), |mut kept, one| {
        if !kept.contains(&one) {
            kept.push(one);
        }
        kept
    })
}

fn joined<'a>(texts: impl Iterator<Item = &'a Text>) -> Text {
    Text::listed(distinct(texts.cloned()).iter())
}
