//! The tables as diesel sees them: the same on both databases.

diesel::table! {
    competitions (id) {
        id -> BigInt,
        slug -> Text,
        definition -> Text,
        seq -> BigInt,
        hash -> Nullable<Binary>,
        revision -> BigInt,
        revealed_at -> Nullable<BigInt>,
        finalized_at -> Nullable<BigInt>,
        turned_at -> BigInt,
    }
}
diesel::table! {
    teams (id) {
        id -> BigInt,
        competition_id -> BigInt,
        slug -> Text,
        kind -> Text,
        region -> Text,
        name_en -> Text,
        name_zh -> Text,
        capacity -> Nullable<BigInt>,
        standing -> Text,
    }
}
diesel::table! {
    people (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        number -> BigInt,
    }
}
diesel::table! {
    accounts (id) {
        id -> BigInt,
        person_id -> BigInt,
        forge -> Text,
        login -> Text,
        login_key -> Text,
        forge_user_id -> Nullable<Text>,
        proven -> Bool,
    }
}
diesel::table! {
    memberships (id) {
        id -> BigInt,
        competition_id -> BigInt,
        person_id -> BigInt,
        team_id -> BigInt,
        joined_at -> Nullable<BigInt>,
        left_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    repositories (id) {
        id -> BigInt,
        forge -> Text,
        forge_id -> Nullable<Text>,
        path -> Text,
    }
}
diesel::table! {
    repository_paths (forge, path_key) {
        forge -> Text,
        path_key -> Text,
        repository_id -> BigInt,
    }
}
diesel::table! {
    pulls (id) {
        id -> BigInt,
        repository_id -> BigInt,
        number -> BigInt,
        forge -> Text,
        state -> Text,
        title -> Text,
        body -> Text,
        author_login -> Text,
        author_key -> Text,
        author_id -> Nullable<Text>,
        author_bot -> Bool,
        merged_by -> Nullable<Text>,
        base_branch -> Text,
        head_branch -> Nullable<Text>,
        head_sha -> Nullable<Text>,
        merge_sha -> Nullable<Text>,
        created_at -> BigInt,
        merged_at -> Nullable<BigInt>,
        labels -> Text,
        linked_issues -> Text,
        additions -> Nullable<BigInt>,
        deletions -> Nullable<BigInt>,
        updated_at -> Nullable<BigInt>,
        url -> Nullable<Text>,
        confirmed -> Bool,
        merge_updated_at -> Nullable<BigInt>,
        merge_confirmed -> Nullable<Bool>,
    }
}
diesel::table! {
    submissions (id) {
        id -> BigInt,
        competition_id -> BigInt,
        pull_id -> BigInt,
        person_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        status -> Text,
        points -> BigInt,
        worth -> BigInt,
        merged_at -> Nullable<BigInt>,
        outcomes -> Text,
        reverted_by -> Nullable<BigInt>,
        duplicate_of -> Nullable<BigInt>,
        likeness -> Nullable<Text>,
    }
}
diesel::table! {
    links (competition_id, key, submission_id) {
        competition_id -> BigInt,
        key -> BigInt,
        submission_id -> BigInt,
    }
}
diesel::table! {
    ledger (competition_id, seq) {
        competition_id -> BigInt,
        seq -> BigInt,
        at -> Nullable<BigInt>,
        recorded_at -> BigInt,
        submission_id -> BigInt,
        person -> Nullable<Text>,
        team -> Nullable<Text>,
        points -> BigInt,
        status -> Nullable<Text>,
        cause -> Text,
        hash -> Binary,
    }
}
diesel::table! {
    deliveries (id) {
        id -> BigInt,
        forge -> Text,
        source -> Text,
        delivery_key -> Text,
        event -> Text,
        received_at -> BigInt,
        confirmed -> Bool,
        body -> Binary,
        state -> Text,
        reason -> Nullable<Text>,
    }
}
diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}
diesel::table! {
    turns (name) {
        name -> Text,
    }
}

diesel::joinable!(submissions -> pulls (pull_id));
diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(memberships -> teams (team_id));
diesel::joinable!(pulls -> repositories (repository_id));
diesel::allow_tables_to_appear_in_same_query!(
    competitions,
    teams,
    people,
    accounts,
    memberships,
    repositories,
    repository_paths,
    pulls,
    submissions,
    links,
    ledger,
    deliveries,
    counters,
    turns,
);
