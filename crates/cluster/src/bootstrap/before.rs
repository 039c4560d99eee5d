//! What is looked at before machines get their first configuration.

use super::{Bootstrap, Event, Member, Run, Stage};

impl Bootstrap<'_> {
    /// Checks machines that wait for their configuration, each once. Whether nothing may be done:
    /// as long as there is no member, one machine that is not as it should be stops all; later it
    /// is left out alone.
    pub(super) fn is_refused(&self, stages: &[Stage], run: &mut Run<'_>) -> bool {
        let Some(preflight) = &self.preflight else {
            return false;
        };
        let due: Vec<usize> = (0..stages.len())
            .filter(|index| stages[*index] == Stage::Maintenance)
            .filter(|index| !run.outcome.failed.contains_key(index))
            .filter(|index| !run.checked.contains(index))
            .collect();
        if due.is_empty() {
            return false;
        }
        let is_member = |stage: &Stage| matches!(stage, Stage::Member { .. });
        let is_new = run.applied.is_empty() && !stages.iter().any(is_member);
        let members: Vec<&Member> = due.iter().map(|index| &self.members[*index]).collect();
        (run.tell)(Event::Checking {
            nodes: members.iter().map(|member| member.name.clone()).collect(),
        });
        let mut is_wrong = false;
        for (index, problems) in due.iter().zip(preflight.waiting(&members)) {
            let mut problems = problems.into_iter();
            if let Some(problem) = problems.next() {
                is_wrong = true;
                run.outcome.failed.insert(*index, problem);
            }
            run.outcome.further.extend(problems);
        }
        if is_new && run.checked.is_empty() {
            let problems = preflight.shared(self.members);
            is_wrong |= !problems.is_empty();
            run.outcome.further.extend(problems);
        }
        run.checked.extend(due);
        is_new && is_wrong
    }
}
