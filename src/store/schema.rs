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
        roster_hash -> Nullable<Text>,
        unfinished -> Nullable<Text>,
        unfinished_number -> BigInt,
        unfinished_until -> Nullable<BigInt>,
        apart_since -> Nullable<BigInt>,
    }
}
diesel::table! {
    probes (instance) {
        instance -> Text,
        at -> BigInt,
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
        by_folder -> Bool,
    }
}
diesel::table! {
    repositories (id) {
        id -> BigInt,
        forge -> Text,
        forge_id -> Nullable<Text>,
        path -> Text,
        path_at -> Nullable<BigInt>,
        first_created -> Nullable<BigInt>,
    }
}
diesel::table! {
    repository_names (forge, path_key, repository_id) {
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
        squash_sha -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        draft -> Bool,
        told -> Nullable<Text>,
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
        given -> Nullable<BigInt>,
        by_rules -> Text,
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
        by_rules -> Nullable<Text>,
        was_at -> Nullable<BigInt>,
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
        proven_by -> Nullable<Text>,
        about -> Nullable<Text>,
        queued_at -> Nullable<BigInt>,
        attempts -> Integer,
        tried_at -> Nullable<BigInt>,
        not_before -> Nullable<BigInt>,
        failed_by -> Nullable<Text>,
    }
}
diesel::table! {
    refusals (forge, source, why) {
        forge -> Text,
        source -> Text,
        why -> Text,
        count -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
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

diesel::table! {
    logins (id) {
        id -> BigInt,
        login -> Text,
        login_key -> Text,
        password -> Nullable<Text>,
        person_id -> BigInt,
        created_at -> BigInt,
        banned_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    roles (id) {
        id -> BigInt,
        login_id -> BigInt,
        role -> Text,
        competition_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        granted_at -> BigInt,
    }
}
diesel::table! {
    sessions (id) {
        id -> Text,
        login_id -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        secret -> Binary,
        created_at -> BigInt,
        dies_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    handshakes (state) {
        state -> Text,
        forge -> Text,
        verifier -> Text,
        login_id -> Nullable<BigInt>,
        return_to -> Text,
        created_at -> BigInt,
    }
}
diesel::table! {
    registrations (team_id) {
        team_id -> BigInt,
        statement -> Text,
        applicant_id -> Nullable<BigInt>,
        applied_at -> BigInt,
        defence_at -> Nullable<BigInt>,
        recording_url -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}
diesel::table! {
    announcements (team_id) {
        team_id -> BigInt,
        text -> Text,
        login_id -> Nullable<BigInt>,
        announced_at -> BigInt,
    }
}
diesel::table! {
    invites (id) {
        id -> BigInt,
        competition_id -> BigInt,
        team_id -> BigInt,
        code -> Text,
        uses -> BigInt,
        used -> BigInt,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    requests (id) {
        id -> BigInt,
        competition_id -> BigInt,
        team_id -> BigInt,
        person_id -> BigInt,
        text -> Text,
        status -> Text,
        asked_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    decisions (id) {
        id -> BigInt,
        competition_id -> BigInt,
        submission_id -> BigInt,
        login_id -> BigInt,
        action -> Text,
        points -> Nullable<BigInt>,
        reason -> Text,
        seen -> Text,
        decided_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_how -> Nullable<Text>,
        ended_by -> Nullable<BigInt>,
        merged_at -> Nullable<BigInt>,
        merge_sha -> Nullable<Text>,
    }
}
diesel::table! {
    appeals (id) {
        id -> BigInt,
        competition_id -> BigInt,
        submission_id -> BigInt,
        decision_id -> BigInt,
        login_id -> BigInt,
        text -> Text,
        opened_at -> BigInt,
        status -> Text,
        answer -> Nullable<Text>,
        answered_by -> Nullable<BigInt>,
        answered_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    source_secrets (id) {
        id -> BigInt,
        competition_id -> BigInt,
        source -> Text,
        secret -> Text,
        created_at -> BigInt,
        ends_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    results (competition_id) {
        competition_id -> BigInt,
        finalized_at -> BigInt,
        sha256 -> Text,
        export -> Binary,
    }
}
diesel::table! {
    result_parts (competition_id, part) {
        competition_id -> BigInt,
        part -> BigInt,
        bytes -> Binary,
    }
}
diesel::table! {
    idempotency (login_id, key) {
        login_id -> BigInt,
        key -> Text,
        request -> Text,
        status -> Nullable<BigInt>,
        body -> Nullable<Binary>,
        created_at -> BigInt,
    }
}
diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        login_id -> Nullable<BigInt>,
        competition_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        act -> Text,
        subject -> Text,
        reason -> Nullable<Text>,
        was -> Nullable<Text>,
        became -> Nullable<Text>,
    }
}

diesel::joinable!(submissions -> pulls (pull_id));
diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(memberships -> teams (team_id));
diesel::joinable!(pulls -> repositories (repository_id));
diesel::joinable!(repository_names -> repositories (repository_id));
diesel::allow_tables_to_appear_in_same_query!(
    competitions,
    teams,
    people,
    accounts,
    memberships,
    repositories,
    repository_names,
    pulls,
    submissions,
    links,
    ledger,
    deliveries,
    counters,
    turns,
    logins,
    roles,
    sessions,
    signing_keys,
    handshakes,
    registrations,
    announcements,
    invites,
    requests,
    decisions,
    appeals,
    source_secrets,
    results,
    result_parts,
    idempotency,
    audit,
);
