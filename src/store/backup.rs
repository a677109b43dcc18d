//! Every table as rows of JSON, and back: what a backup is made of. One list of tables and columns serves
//! both databases and both directions; a test holds it against the schema.

use super::{Db, StoreError, on, schema};
use diesel::{
    connection::DefaultLoadingMode,
    dsl::sql,
    pg::PgRowByRowLoadingMode,
    prelude::*,
    sql_types::{BigInt, Text},
};
use serde::{Deserialize, Serialize};

/// Takes one row, as JSON; false ends the reading.
pub type EachRow<'a> = &'a mut dyn FnMut(&[u8]) -> bool;

/// A table that a backup holds.
pub struct Table {
    pub name: &'static str,
    /// Its ids come from a sequence of the database's own.
    identity: bool,
    /// A migration fills it.
    prefilled: bool,
    each: fn(&mut Db, EachRow<'_>) -> Result<(), StoreError>,
    insert: fn(&mut Db, &[Vec<u8>]) -> Result<(), StoreError>,
    clear: fn(&mut Db) -> Result<(), StoreError>,
    count: fn(&mut Db) -> Result<i64, StoreError>,
}

/// Reads rows one at a time and hands each on as JSON.
fn pour<R: Serialize>(rows: impl Iterator<Item = QueryResult<R>>, each: EachRow<'_>) -> Result<(), StoreError> {
    let mut text = Vec::new();
    for row in rows {
        text.clear();
        serde_json::to_writer(&mut text, &row?).map_err(|why| StoreError::unreadable("row", &why))?;
        if !each(&text) {
            break;
        }
    }
    Ok(())
}

fn parsed<R: for<'de> Deserialize<'de>>(table: &str, rows: &[Vec<u8>]) -> Result<Vec<R>, StoreError> {
    let parse = |row: &Vec<u8>| serde_json::from_slice(row).map_err(|why| StoreError::unreadable(table, &why));
    rows.iter().map(parse).collect()
}

/// `order`: by the primary key, so that the same rows give the same bytes; on PostgreSQL by bytes and not by
/// the words of the cluster's language.
macro_rules! tables {
    ($($table:ident ($sqlite:literal, $postgres:literal, $identity:literal, $prefilled:literal) {
        $($(#[$attribute:meta])* $column:ident: $type:ty,)+
    })+) => {
        $(mod $table {
            use super::*;

            #[derive(Queryable, Insertable, Serialize, Deserialize)]
            #[diesel(table_name = schema::$table)]
            // NULL is written as such, so that many rows are one statement.
            #[diesel(treat_none_as_default_value = false)]
            #[serde(deny_unknown_fields)]
            struct Row {
                $($(#[$attribute])* $column: $type,)+
            }

            pub fn each(db: &mut Db, each: EachRow<'_>) -> Result<(), StoreError> {
                let query = schema::$table::table.select(($(schema::$table::$column,)+));
                match db {
                    Db::Sqlite(c) => {
                        let query = query.order(sql::<Text>($sqlite));
                        pour(query.load_iter::<Row, DefaultLoadingMode>(c)?, each)
                    }
                    // One row at a time, since libpq would otherwise hold the whole table.
                    Db::Postgres(c) => {
                        let query = query.order(sql::<Text>($postgres));
                        pour(query.load_iter::<Row, PgRowByRowLoadingMode>(c)?, each)
                    }
                }
            }

            pub fn insert(db: &mut Db, rows: &[Vec<u8>]) -> Result<(), StoreError> {
                let rows: Vec<Row> = parsed(stringify!($table), rows)?;
                on!(db, c => diesel::insert_into(schema::$table::table).values(&rows).execute(c))?;
                Ok(())
            }

            pub fn clear(db: &mut Db) -> Result<(), StoreError> {
                on!(db, c => diesel::delete(schema::$table::table).execute(c))?;
                Ok(())
            }

            pub fn count(db: &mut Db) -> Result<i64, StoreError> {
                Ok(on!(db, c => schema::$table::table.count().get_result(c))?)
            }

            #[cfg(test)]
            pub const COLUMNS: &[&str] = &[$(stringify!($column)),+];
        })+

        /// Every table, in an order in which each refers to earlier ones only.
        pub static TABLES: &[Table] = &[$(Table {
            name: stringify!($table),
            identity: $identity,
            prefilled: $prefilled,
            each: $table::each,
            insert: $table::insert,
            clear: $table::clear,
            count: $table::count,
        }),+];

        #[cfg(test)]
        const COLUMNS: &[(&str, &[&str])] = &[$((stringify!($table), $table::COLUMNS)),+];
    };
}

tables! {
    competitions ("id", "id", true, false) {
        id: i64,
        slug: String,
        definition: String,
        seq: i64,
        #[serde(with = "base64ed_option")]
        hash: Option<Vec<u8>>,
        revision: i64,
        revealed_at: Option<i64>,
        finalized_at: Option<i64>,
        turned_at: i64,
        roster_hash: Option<String>,
        apart_since: Option<i64>,
        unfinished: Option<String>,
        unfinished_number: i64,
        unfinished_until: Option<i64>,
    }
    teams ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        slug: String,
        kind: String,
        region: String,
        name_en: String,
        name_zh: String,
        capacity: Option<i64>,
        standing: String,
    }
    people ("id", "id", true, false) {
        id: i64,
        slug: String,
        name: String,
        number: i64,
    }
    accounts ("id", "id", true, false) {
        id: i64,
        person_id: i64,
        forge: String,
        login: String,
        login_key: String,
        forge_user_id: Option<String>,
        proven: bool,
    }
    memberships ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        person_id: i64,
        team_id: i64,
        joined_at: Option<i64>,
        left_at: Option<i64>,
        by_folder: bool,
    }
    repositories ("id", "id", true, false) {
        id: i64,
        forge: String,
        forge_id: Option<String>,
        path: String,
        path_at: Option<i64>,
        first_created: Option<i64>,
    }
    repository_names (
        "forge, path_key, repository_id",
        "forge COLLATE \"C\", path_key COLLATE \"C\", repository_id",
        false,
        false
    ) {
        forge: String,
        path_key: String,
        repository_id: i64,
    }
    pulls ("id", "id", true, false) {
        id: i64,
        repository_id: i64,
        number: i64,
        forge: String,
        state: String,
        title: String,
        body: String,
        author_login: String,
        author_key: String,
        author_id: Option<String>,
        author_bot: bool,
        merged_by: Option<String>,
        base_branch: String,
        head_branch: Option<String>,
        head_sha: Option<String>,
        merge_sha: Option<String>,
        created_at: i64,
        merged_at: Option<i64>,
        labels: String,
        linked_issues: String,
        additions: Option<i64>,
        deletions: Option<i64>,
        updated_at: Option<i64>,
        url: Option<String>,
        confirmed: bool,
        squash_sha: Option<String>,
        closed_at: Option<i64>,
        draft: bool,
        told: Option<String>,
    }
    submissions ("id", "id", false, false) {
        id: i64,
        competition_id: i64,
        pull_id: i64,
        person_id: Option<i64>,
        team_id: Option<i64>,
        status: String,
        points: i64,
        worth: i64,
        merged_at: Option<i64>,
        outcomes: String,
        reverted_by: Option<i64>,
        duplicate_of: Option<i64>,
        likeness: Option<String>,
        given: Option<i64>,
        by_rules: String,
    }
    links ("competition_id, key, submission_id", "competition_id, key, submission_id", false, false) {
        competition_id: i64,
        key: i64,
        submission_id: i64,
    }
    ledger ("competition_id, seq", "competition_id, seq", false, false) {
        competition_id: i64,
        seq: i64,
        at: Option<i64>,
        recorded_at: i64,
        submission_id: i64,
        person: Option<String>,
        team: Option<String>,
        points: i64,
        status: Option<String>,
        cause: String,
        #[serde(with = "base64ed")]
        hash: Vec<u8>,
        by_rules: Option<String>,
        was_at: Option<i64>,
    }
    deliveries ("id", "id", true, false) {
        id: i64,
        forge: String,
        source: String,
        delivery_key: String,
        event: String,
        received_at: i64,
        confirmed: bool,
        #[serde(with = "base64ed")]
        body: Vec<u8>,
        state: String,
        reason: Option<String>,
        proven_by: Option<String>,
        about: Option<String>,
        queued_at: Option<i64>,
        attempts: i32,
        tried_at: Option<i64>,
        not_before: Option<i64>,
        failed_by: Option<String>,
    }
    refusals (
        "forge, source, why",
        "forge COLLATE \"C\", source COLLATE \"C\", why COLLATE \"C\"",
        false,
        false
    ) {
        forge: String,
        source: String,
        why: String,
        count: i64,
        first_at: i64,
        last_at: i64,
    }
    counters ("name", "name COLLATE \"C\"", false, true) {
        name: String,
        value: i64,
    }
    probes ("instance", "instance COLLATE \"C\"", false, true) {
        instance: String,
        at: i64,
    }
    turns ("name", "name COLLATE \"C\"", false, true) {
        name: String,
    }
    logins ("id", "id", true, false) {
        id: i64,
        login: String,
        login_key: String,
        password: Option<String>,
        person_id: i64,
        created_at: i64,
        banned_at: Option<i64>,
    }
    roles ("id", "id", true, false) {
        id: i64,
        login_id: i64,
        role: String,
        competition_id: Option<i64>,
        team_id: Option<i64>,
        granted_at: i64,
    }
    sessions ("id", "id COLLATE \"C\"", false, false) {
        id: String,
        login_id: i64,
        created_at: i64,
        expires_at: i64,
        ended_at: Option<i64>,
    }
    signing_keys ("kid", "kid COLLATE \"C\"", false, false) {
        kid: String,
        #[serde(with = "base64ed")]
        secret: Vec<u8>,
        created_at: i64,
        dies_at: Option<i64>,
    }
    handshakes ("state", "state COLLATE \"C\"", false, false) {
        state: String,
        forge: String,
        verifier: String,
        login_id: Option<i64>,
        return_to: String,
        created_at: i64,
    }
    registrations ("team_id", "team_id", false, false) {
        team_id: i64,
        statement: String,
        applicant_id: Option<i64>,
        applied_at: i64,
        defence_at: Option<i64>,
        recording_url: Option<String>,
        reason: Option<String>,
    }
    announcements ("team_id", "team_id", false, false) {
        team_id: i64,
        text: String,
        login_id: Option<i64>,
        announced_at: i64,
    }
    invites ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        team_id: i64,
        code: String,
        uses: i64,
        used: i64,
        expires_at: Option<i64>,
        created_at: i64,
        ended_at: Option<i64>,
    }
    requests ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        team_id: i64,
        person_id: i64,
        text: String,
        status: String,
        asked_at: i64,
        answered_at: Option<i64>,
    }
    decisions ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        submission_id: i64,
        login_id: i64,
        action: String,
        points: Option<i64>,
        reason: String,
        seen: String,
        decided_at: i64,
        ended_at: Option<i64>,
        ended_how: Option<String>,
        ended_by: Option<i64>,
        merged_at: Option<i64>,
        merge_sha: Option<String>,
    }
    appeals ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        submission_id: i64,
        decision_id: i64,
        login_id: i64,
        text: String,
        opened_at: i64,
        status: String,
        answer: Option<String>,
        answered_by: Option<i64>,
        answered_at: Option<i64>,
    }
    source_secrets ("id", "id", true, false) {
        id: i64,
        competition_id: i64,
        source: String,
        secret: String,
        created_at: i64,
        ends_at: Option<i64>,
    }
    results ("competition_id", "competition_id", false, false) {
        competition_id: i64,
        finalized_at: i64,
        sha256: String,
        #[serde(with = "base64ed")]
        export: Vec<u8>,
    }
    result_parts ("competition_id, part", "competition_id, part", false, false) {
        competition_id: i64,
        part: i64,
        #[serde(with = "base64ed")]
        bytes: Vec<u8>,
    }
    idempotency ("login_id, key", "login_id, key COLLATE \"C\"", false, false) {
        login_id: i64,
        key: String,
        request: String,
        status: Option<i64>,
        #[serde(with = "base64ed_option")]
        body: Option<Vec<u8>>,
        created_at: i64,
    }
    audit ("id", "id", true, false) {
        id: i64,
        at: i64,
        login_id: Option<i64>,
        competition_id: Option<i64>,
        team_id: Option<i64>,
        act: String,
        subject: String,
        reason: Option<String>,
        was: Option<String>,
        became: Option<String>,
    }
}

impl Table {
    /// None where a backup has no such table.
    pub fn named(name: &str) -> Option<&'static Table> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Every row by primary key, one at a time.
    pub fn each_row(&self, db: &mut Db, each: EachRow<'_>) -> Result<(), StoreError> {
        (self.each)(db, each)
    }

    /// Writes rows as [`Table::each_row`] gave them, ids and all. At most 1,000: a statement takes so many
    /// values. Errors: `Unreadable` where a row is not one of this table.
    pub fn insert_rows(&self, db: &mut Db, rows: &[Vec<u8>]) -> Result<(), StoreError> {
        (self.insert)(db, rows)
    }
}

/// The tables in which there is something, besides what migrations put there.
pub fn filled_tables(db: &mut Db) -> Result<Vec<&'static str>, StoreError> {
    let mut filled = Vec::new();
    for table in TABLES.iter().filter(|table| !table.prefilled) {
        if (table.count)(db)? > 0 {
            filled.push(table.name);
        }
    }
    Ok(filled)
}

/// Takes away what migrations put there.
pub fn clear_prefilled(db: &mut Db) -> Result<(), StoreError> {
    let prefilled = TABLES.iter().filter(|table| table.prefilled);
    prefilled.into_iter().try_for_each(|table| (table.clear)(db))
}

/// The next ids go on after the ones that were inserted. SQLite sees to that by itself.
pub fn reset_identities(db: &mut Db) -> Result<(), StoreError> {
    let Db::Postgres(c) = db else { return Ok(()) };
    for table in TABLES.iter().filter(|table| table.identity) {
        let name = table.name;
        let set = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM {name}"
        );
        diesel::select(sql::<BigInt>(&format!("({set})"))).get_result::<i64>(c)?;
    }
    Ok(())
}

mod base64ed {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(Error::custom)
    }
}

mod base64ed_option {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| STANDARD.encode(bytes)).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| STANDARD.decode(text).map_err(Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseUrl, Store, migrate};
    use std::collections::BTreeMap;

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        of: String,
        #[diesel(sql_type = Text)]
        name: String,
    }

    /// A table or column that a later migration adds must be added here, or a backup would lose it.
    #[tokio::test]
    async fn s7_a_backup_has_every_column_of_every_table() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("b.db"))).unwrap();
        migrate(&store).await.unwrap();
        let query = "SELECT t.name AS of, c.name AS name FROM sqlite_master t JOIN pragma_table_info(t.name) c \
                     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
        let columns: Vec<Column> = store
            .read(move |db| Ok::<_, StoreError>(on!(db, c => diesel::sql_query(query).load(c))?))
            .await
            .unwrap();
        let mut stored: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for column in columns {
            stored.entry(column.of).or_default().push(column.name);
        }
        let backed: BTreeMap<String, Vec<String>> = COLUMNS
            .iter()
            .map(|(table, columns)| ((*table).to_owned(), columns.iter().map(|c| (*c).to_owned()).collect()))
            .collect();
        assert_eq!(backed, stored);
    }
}
