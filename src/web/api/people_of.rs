//! People in answers about teams.

use crate::{
    domain::team::{Person, PersonId},
    web::Site,
};
use serde_json::{Value, json};

/// A person as every answer shows them: slug, name and community code.
pub(super) fn person_json(site: &Site, id: PersonId, person: &Person) -> Value {
    let code = site.boards.ladder().code(person.number, site.boards.level_fixes(id));
    json!({ "slug": person.slug, "name": person.name, "code": code })
}
