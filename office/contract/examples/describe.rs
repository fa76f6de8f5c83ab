//! `jiujin form describe` without the kiosk around it: cargo run -p jiujin-contract --example describe < cases.jsonl
fn main() -> std::process::ExitCode {
    let code = jiujin_contract::form::describe_lines(std::io::stdin().lock(), std::io::stdout().lock());
    code.into()
}
