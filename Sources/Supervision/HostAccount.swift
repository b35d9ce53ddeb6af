import CSupervision
package import ClusterVocabulary
import Glibc

/// A user of this host, as its user database knows them.
package struct HostAccount: Hashable, Sendable {
    /// The user's and the group's number.
    package let owner: TaskOwner
    /// The user's name.
    package let name: String
    /// The home folder.
    package let home: String
    /// The login shell.
    package let shell: String

    /// The user with a number; `nil` when this host does not know them.
    package init?(user: UInt32) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 65_536)
        guard getpwuid_r(user, &entry, &text, text.count, &found) == 0, found != nil,
            let name = entry.pw_name, let home = entry.pw_dir
        else { return nil }
        owner = TaskOwner(user: user, group: entry.pw_gid)
        self.name = String(cString: name)
        self.home = String(cString: home)
        shell = entry.pw_shell.map { String(cString: $0) } ?? "/bin/sh"
    }

    /// The most groups a user is taken into.
    package static let mostGroups = 1_024

    /// All groups of a user; the own one alone when the host does not know the user.
    static func groups(of owner: TaskOwner) -> [gid_t] {
        guard let account = HostAccount(user: owner.user) else { return [owner.group] }
        var groups = [gid_t](repeating: 0, count: mostGroups)
        var count = Int32(groups.count)
        guard getgrouplist(account.name, owner.group, &groups, &count) >= 0 else {
            return [owner.group]
        }
        return Array(groups.prefix(Int(count)))
    }

    /// Makes the calling thread reach files as a user, without the rights of root; false when it
    /// cannot. There is no way back: the thread ends with what it does.
    package static func reachFiles(as owner: TaskOwner) -> Bool {
        let groups = groups(of: owner)
        return supervision_reach_files_as(owner.user, owner.group, groups, groups.count) == 0
    }
}
