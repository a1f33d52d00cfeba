"""Walks the commits of a history in order, beginning where an earlier walk ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ccpolicy.git.commits import Commit
from ccpolicy.git.repository import GitRepository
from ccpolicy.provenance.history_cache import CachedHistory
from ccpolicy.provenance.record_history import RecordHistory
from ccpolicy.provenance.record_states import CommitState
from ccpolicy.provenance.tracked_files import TrackedFiles


class CommitWalk:
    """A walk to one commit."""

    def __init__(
        self,
        repository: GitRepository,
        prefix: str,
        files: TrackedFiles,
        commits: Mapping[str, Commit],
        times: Mapping[str, int],
        cached: CachedHistory,
    ) -> None:
        self.repository, self.prefix, self.cached = repository, prefix, cached
        self.files = files
        self.commits = commits
        """Those of the earlier walk first."""
        self.history = RecordHistory(files, commits, times, cached, cached.unreadable)
        self._files_of_tree: dict[str, dict[str, str]] = {}

    def state(self, head: str) -> CommitState:
        """Walk the commits that are new, and return what the head holds."""
        new = [commit for id_, commit in self.commits.items() if id_ not in self.cached.numbers]
        self.repository.trees.read_ahead((commit.tree for commit in new), self.prefix)
        self.repository.objects.expect(self._new_versions(new))
        # How many commits still need the state of each.
        uses = Counter(parent for commit in new for parent in commit.parents)
        uses[head] += 1
        states: dict[str, CommitState] = {}
        for commit in new:
            parents = []
            for number, parent in enumerate(commit.parents):
                if parent not in states:
                    states[parent] = self._earlier_state(parent)
                state = states[parent]
                uses[parent] -= 1
                if not uses[parent]:
                    del states[parent]
                elif not number:  # the first parent's records are changed in place
                    state = CommitState(dict(state.records), state.files, state.base)
                parents.append((parent, state))
            tree = self._tree(commit.id)
            if len(parents) == 1 and self._tree(parents[0][0]) == tree:
                states[commit.id] = parents[0][1]
                if commit.parents[0] in self.history.unreadable:
                    unreadable = self.history.unreadable[commit.parents[0]]
                    self.history.unreadable[commit.id] = unreadable
            else:
                files = self._files(tree)
                states[commit.id] = self.history.apply_commit(commit.id, parents, files)
        return states[head] if head in states else self._earlier_state(head)

    def _new_versions(self, commits: Sequence[Commit]) -> Iterator[str]:
        """Yield the blobs that some commits hold and none of their parents."""
        for commit in commits:
            trees = [self._tree(each) for each in (commit.id, *commit.parents)]
            if trees[0] is None or trees[0] in trees[1:]:
                continue
            own, *before = map(self._files, trees)
            known = {id_ for each in before for id_ in each.values()}
            yield from (id_ for _, id_ in sorted(own.items()) if id_ not in known)

    def _earlier_state(self, commit: str) -> CommitState:
        """Return what a commit of the earlier walk holds; its records are fetched when needed."""
        files = dict(self._files(self._tree(commit)))
        for path, id_ in self.history.unreadable.get(commit, {}).items():
            files.pop(path)
            if id_ is not None:
                files[path] = id_
        return CommitState({}, files, commit)

    def _files(self, tree: str | None) -> dict[str, str]:
        """Return the tracked files in a tree of the evidence folder: path → blob."""
        if tree is None:
            return {}
        if tree not in self._files_of_tree:
            self._files_of_tree[tree] = self.files.choose(self.repository.trees.files(tree))
        return self._files_of_tree[tree]

    def _tree(self, commit: str) -> str | None:
        """Return the tree of the evidence folder in a commit."""
        return self.repository.trees.find_folder(self.commits[commit].tree, self.prefix)

    def policy_commits(self, paths: Sequence[str]) -> set[str]:
        """Return the commits that changed one of the policy's files or folders."""
        trees = self.repository.trees
        found = set(self.cached.policy_commits)
        for id_, commit in self.commits.items():
            for path in paths if id_ not in self.cached.numbers else ():
                before = [trees.find(self.commits[parent].tree, path) for parent in commit.parents]
                if before and trees.find(commit.tree, path) not in before:
                    found.add(id_)
        return found
