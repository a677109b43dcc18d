use super::text::Lang;
use serde::Serialize;
use std::borrow::Cow;

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
pub struct Region(String);
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a region")]
pub struct BadRegion(pub String);
impl Region {
    pub fn parse(text: &str) -> Result<Self, BadRegion> {
        Ok(Self(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn name(&self, _lang: Lang) -> Cow<'static, str> {
        Cow::Owned(self.0.clone())
    }
}
