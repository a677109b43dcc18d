//! The page to sign in: the forges that are set up, and a password.

use super::{
    form::{Field, Input, Typed, field, refused},
    shell::{Frame, Work, frame},
    view::Shell,
};
use crate::{domain::forge::Forge, web::words::sign_in::SignIn as Words};
use maud::{Markup, html};

pub struct SignInPage<'a> {
    pub shell: Shell<'a>,
    /// Where to go afterwards: a path of this site.
    pub to: &'a str,
    /// Forges that people can sign in with here.
    pub forges: &'a [Forge],
    pub typed: Typed<'a>,
}

pub fn sign_in(page: &SignInPage<'_>) -> Markup {
    let shell = &page.shell;
    let w = Words::of(shell.lang);
    let head = html! { div.head.one { div { h1 { (w.title) } p.counts { (w.lead) } } } };
    let body = html! {
        div.narrow-column.stack {
            // What is wrong with no field of the form is not said in it.
            @let of_field = page.typed.objection.is_some_and(|objection| objection.field().is_some());
            @if !of_field { (refused(shell, &page.typed)) }
            @for forge in page.forges {
                a.button.whole href=(shell.href(&format!("/auth/{}/start", forge.as_str()), &[("to", page.to)])) {
                    (w.with_forge(forge.title()))
                }
            }
            form.card.form method="post" action=(shell.href("/sign-in", &[])) {
                h2 { (w.with_password) }
                @if of_field { (refused(shell, &page.typed)) }
                input type="hidden" name="to" value=(page.to);
                (field(shell, &page.typed, &Field {
                    name: "login", label: w.login, value: "", hint: None, required: true,
                    autocomplete: "username", input: Input::Line("text"),
                }))
                (field(shell, &page.typed, &Field {
                    name: "password", label: w.password, value: "", hint: None, required: true,
                    autocomplete: "current-password", input: Input::Line("password"),
                }))
                button.whole type="submit" { (w.submit) }
            }
        }
    };
    frame(
        shell,
        Frame {
            title: w.title,
            description: w.description,
            event: None,
            tab: None,
            nav: None,
            work: Work::Forms,
            canonical: "/sign-in".into(),
            head,
            body,
        },
    )
}
