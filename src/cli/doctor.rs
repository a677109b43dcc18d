//! `bugathlon doctor`. Opens the database without changing it.

use super::Failure;
use crate::{
    app::{self, Health},
    config::Arguments,
};

pub async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let url = arguments.database.url().map_err(Failure::usage)?;
    let is_set =
        |variable: &str| std::env::var_os(variable).is_some_and(|value| !value.to_string_lossy().trim().is_empty());
    let symptoms = app::doctor(&url, is_set, app::now).await;
    let mut failures = 0;
    for symptom in &symptoms {
        failures += usize::from(symptom.health == Health::Failure);
        print!("{:<8} {}", symptom.health.as_str(), symptom.said);
        if symptom.remedy.is_empty() {
            println!();
        } else {
            println!("; {}", symptom.remedy);
        }
    }
    match failures {
        0 => Ok(()),
        1 => Err(Failure::environment("1 thing is wrong")),
        many => Err(Failure::environment(format!("{many} things are wrong"))),
    }
}
