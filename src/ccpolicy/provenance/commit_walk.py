"""Walk over a history, commit after commit, from where an earlier walk ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ccpolicy.git.commits import Commit
from ccpolicy.git.repository import GitRepository
from ccpolicy.provenance.file_versions import FileVersionReader
from ccpolicy.provenance.history_cache import CachedHistory
from ccpolicy.provenance.record_history import CommitState, RecordHistory
from ccpolicy.provenance.tracked import Tracked


class CommitWalk:
    """The history that leads to a commit."""

    def __init__(
        self,
        repository: GitRepository,
        prefix: str,
        tracked: Sequence[Tracked],
        versions: Mapping[str, FileVersionReader],
        commits: Mapping[str, Commit],
        times: Mapping[str, int],
        kept: CachedHistory,
    ) -> None:
        self.repository, self.prefix, self.kept = repository, prefix, kept
        self.commits = commits
        """Those of the earlier walk first."""
        self.files: dict[str, dict[str, str]] = {}
        self.history = RecordHistory(
            tracked,
            versions,
            repository.objects.read,
            commits,
            times,
            earlier=kept,
            unreadable=dict(kept.unreadable),
        )

    def state(self, head: str) -> CommitState:
        """Return what the head holds, having walked over what is new."""
        new = [commit for id_, commit in self.commits.items() if id_ not in self.kept.numbers]
        self.repository.trees.read_ahead((commit.tree for commit in new), self.prefix)
        self.repository.objects.expect(self._versions(new))
        uses = Counter(parent for commit in new for parent in commit.parents)
        uses[head] += 1
        states: dict[str, CommitState] = {}
        for commit in new:
            parents = []
            for number, parent in enumerate(commit.parents):
                if parent not in states:
                    states[parent] = self._earlier(parent)
                state = states[parent]
                uses[parent] -= 1
                if not uses[parent]:
                    del states[parent]
                elif not number:  # its entries will be used up
                    state = CommitState(dict(state.entries), state.files, state.base)
                parents.append((parent, state))
            tree = self._tree(commit.id)
            if len(parents) == 1 and self._tree(parents[0][0]) == tree:
                states[commit.id] = parents[0][1]
                if commit.parents[0] in self.history.unreadable:
                    held = self.history.unreadable[commit.parents[0]]
                    self.history.unreadable[commit.id] = held
            else:
                states[commit.id] = self.history.step(commit.id, parents, self._files(tree))
        return states[head] if head in states else self._earlier(head)

    def _versions(self, commits: Sequence[Commit]) -> Iterator[str]:
        """Yield the versions that some commits hold and their parents do not."""
        for commit in commits:
            trees = [self._tree(each) for each in (commit.id, *commit.parents)]
            if trees[0] is None or trees[0] in trees[1:]:
                continue
            held = list(map(self._files, trees))
            before = {id_ for each in held[1:] for id_ in each.values()}
            yield from (id_ for _, id_ in sorted(held[0].items()) if id_ not in before)

    def _earlier(self, commit: str) -> CommitState:
        """Return what a commit of the earlier walk holds."""
        tree = self._tree(commit)
        files = dict(self._files(tree))
        for path, id_ in self.history.unreadable.get(commit, {}).items():
            files.pop(path)
            if id_ is not None:
                files[path] = id_
        return CommitState({}, files, commit)

    def _files(self, tree: str | None) -> dict[str, str]:
        """Return the versions of the files that belong to a dataset, by path."""
        if tree is None:
            return {}
        if tree not in self.files:
            self.files[tree] = self.history.choose(self.repository.trees.files(tree))
        return self.files[tree]

    def _tree(self, commit: str) -> str | None:
        """Return the tree of the evidence folder in a commit."""
        return self.repository.trees.find_folder(self.commits[commit].tree, self.prefix)

    def with_policy(self, paths: Sequence[str]) -> set[str]:
        """Return the commits that changed what evidence is judged by."""
        found = set(self.kept.with_policy)
        for id_, commit in self.commits.items():
            for path in paths if id_ not in self.kept.numbers else ():
                own = self.repository.trees.find(commit.tree, path)
                before = [
                    self.repository.trees.find(self.commits[parent].tree, path)
                    for parent in commit.parents
                ]
                if before and own not in before:
                    found.add(id_)
        return found
