//! Both databases have the same tables with the same columns, by the same migrations.

use crate::support::Database;
use bugathlon::store::{self, DatabaseUrl, Store};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use std::{collections::BTreeMap, fs, path::Path};

fn names(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let entries = fs::read_dir(path).unwrap();
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn both_folders_of_migrations_have_the_same_names() {
    assert_eq!(names("sqlite"), names("postgres"));
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

type Tables = BTreeMap<String, (String, String)>;

/// By `table.column`: what kind it is, and whether it may be empty.
fn tables(columns: Vec<Column>) -> Tables {
    let kind = |kind: &str| match kind.to_ascii_lowercase().as_str() {
        "integer" | "bigint" => "number",
        "text" | "character varying" => "text",
        "blob" | "bytea" => "bytes",
        "boolean" => "truth",
        other => panic!("a kind that the other database may not have: {other}"),
    };
    let of = |column: Column| (column.name, (kind(&column.kind).to_owned(), column.nullable));
    columns.into_iter().map(of).collect()
}

#[actix_web::test]
async fn both_databases_have_the_same_tables_and_columns() {
    if Database::server().is_none() {
        // The run over PostgreSQL does it.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b.db");
    let sqlite = Store::open(&DatabaseUrl::Sqlite(file.clone())).unwrap();
    store::migrate(&sqlite).await.unwrap();
    let query = "SELECT m.name || '.' || c.name AS name, c.type AS kind, \
        CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END AS nullable \
        FROM sqlite_master m, pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let ours = tables(sql_query(query).load(&mut db).unwrap());

    let database = Database::new();
    let postgres = Store::open(&database.parsed()).unwrap();
    store::migrate(&postgres).await.unwrap();
    let query = "SELECT table_name || '.' || column_name AS name, CAST(data_type AS TEXT) AS kind, \
        CAST(is_nullable AS TEXT) AS nullable FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
    let mut db = diesel::PgConnection::establish(&database.url).unwrap();
    let theirs = tables(sql_query(query).load(&mut db).unwrap());
    assert!(ours.len() > 50, "{}", ours.len());
    assert_eq!(ours, theirs);
}

#[actix_web::test]
async fn migrations_that_ran_do_not_run_again() {
    let database = Database::new();
    let store = Store::open(&database.parsed()).unwrap();
    assert_eq!(store::migrate(&store).await.unwrap().len(), names("sqlite").len());
    assert!(store::migrate(&store).await.unwrap().is_empty());
    assert_eq!(store.read(store::tables).await.unwrap(), store::Tables::Current);
}
