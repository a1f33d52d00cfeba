"""Walk over a history, commit after commit, from where an earlier walk ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ccpolicy.evidence.provenance.cache import Kept
from ccpolicy.evidence.provenance.commits import Commit, ancestry
from ccpolicy.evidence.provenance.history import WORKING, History, State
from ccpolicy.evidence.provenance.repository import Repository
from ccpolicy.evidence.provenance.tracked import Tracked
from ccpolicy.evidence.provenance.versions import Versions

_AHEAD = 100
"""Commits whose files are read in one go."""


class Walked:
    """The history that leads to a commit."""

    def __init__(
        self,
        repository: Repository,
        prefix: str,
        tracked: Sequence[Tracked],
        versions: Mapping[str, Versions],
        order: Sequence[Commit],
        kept: Kept,
    ) -> None:
        self.repository, self.prefix, self.order = repository, prefix, order
        self.commits = {commit.id: commit for commit in order}
        # A head that is no longer among the commits belongs to a history that was rewritten.
        self.kept = kept if kept.head in self.commits else Kept()
        self.history = History(
            tracked,
            versions,
            repository.read,
            events=list(self.kept.events),
            commits=self.commits,
            kept=dict(self.kept.kept),
        )
        self.done = ancestry(self.commits, [self.kept.head] if self.kept.head else [])
        self.trees: dict[str, str | None] = {}

    def state(self, head: str) -> State:
        """Return what the head holds, having walked over what is new."""
        new = [commit for commit in self.order if commit.id not in self.done]
        self.repository.read_trees_ahead((commit.tree for commit in new), self.prefix)
        uses = Counter(parent for commit in new for parent in commit.parents)
        uses[head] += 1
        states: dict[str, State] = {}
        for place, commit in enumerate(new):
            if place % _AHEAD == 0:
                self._read_blobs_ahead(new[place : place + _AHEAD])
            parents = []
            for number, parent in enumerate(commit.parents):
                if parent not in states:
                    states[parent] = self._earlier(parent)
                state = states[parent]
                uses[parent] -= 1
                if not uses[parent]:
                    del states[parent]
                elif not number:  # its entries will be used up
                    state = State(dict(state.entries), state.files)
                parents.append((parent, state))
            tree = self._tree(commit.id)
            if len(parents) == 1 and self._tree(parents[0][0]) == tree:
                states[commit.id] = parents[0][1]
            else:
                files = self.repository.files(tree) if tree else ()
                states[commit.id] = self.history.step(
                    commit.id, parents, self.history.choose(files)
                )
        return states[head] if head in states else self._earlier(head)

    def _read_blobs_ahead(self, commits: Sequence[Commit]) -> None:
        """Read the versions that some commits hold and their parents do not."""
        wanted: dict[str, None] = {}
        for commit in commits:
            trees = [self._tree(each) for each in (commit.id, *commit.parents)]
            if trees[0] is None or trees[0] in trees[1:]:
                continue
            held = [
                set(self.history.choose(self.repository.files(tree)).values()) if tree else set()
                for tree in trees
            ]
            wanted |= dict.fromkeys(sorted(held[0].difference(*held[1:])))
        self.repository.read_ahead(each for each in wanted if each not in self.history.recent)

    def _earlier(self, commit: str) -> State:
        """Return what a commit of the earlier walk holds."""
        tree = self._tree(commit)
        files = self.history.choose(self.repository.files(tree) if tree else ())
        for path, id_ in self.history.kept.get(commit, {}).items():
            files.pop(path)
            if id_ is not None:
                files[path] = id_
        # What this walk has noted already belongs to other commits.
        among = ancestry(self.commits, [commit])
        return State(self.history.replay(among, len(self.kept.events)), files)

    def _tree(self, commit: str) -> str | None:
        """Return the tree of the evidence folder in a commit."""
        if commit not in self.trees:
            self.trees[commit] = self.repository.below(self.commits[commit].tree, self.prefix)
        return self.trees[commit]

    def with_policy(self, paths: Sequence[str]) -> set[str]:
        """Return the commits with events that also changed what they are judged by."""
        found = set(self.kept.with_policy)
        known = {event.commit for event in self.kept.events}
        for id_ in {event.commit for event in self.history.events} - known - {WORKING}:
            commit = self.commits[id_]
            for path in paths:
                own = self.repository.below(commit.tree, path)
                before = [
                    self.repository.below(self.commits[parent].tree, path)
                    for parent in commit.parents
                ]
                if before and own not in before:
                    found.add(id_)
        return found
