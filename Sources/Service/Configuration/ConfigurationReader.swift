internal import Yams

/// Takes a YAML document apart, with errors that name file, line and key.
struct ConfigurationReader {
    let file: String

    /// `nil` for an empty document.
    func root(of text: String) throws(ConfigurationError) -> Node? {
        do {
            guard let root = try Yams.compose(yaml: text) else { return nil }
            if case .scalar(let scalar) = root, scalar.string.isEmpty { return nil }
            return root
        } catch {
            throw described(error)
        }
    }

    /// The entries of a mapping, in the order of the file; an empty value is an empty mapping.
    func entries(
        of node: Node, at path: String
    ) throws(ConfigurationError) -> [(name: String, key: Node, value: Node)] {
        switch node {
        case .mapping(let mapping):
            var entries: [(name: String, key: Node, value: Node)] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else { throw error(key, path, "a key is a plain word") }
                entries.append((name.string, key, value))
            }
            return entries
        case .scalar(let scalar) where scalar.string.isEmpty: return []
        case .scalar, .sequence, .alias: throw error(node, path, "keys with values are wanted here, as in KEY: VALUE")
        }
    }

    /// The text of a plain value.
    func text(of node: Node, key: Node, at path: String) throws(ConfigurationError) -> String {
        guard case .scalar(let scalar) = node else { throw error(key, path, "one plain value is wanted here") }
        guard !scalar.string.isEmpty else { throw error(key, path, "the value is missing") }
        return scalar.string
    }

    func error(_ node: Node, _ path: String, _ sentence: String) -> ConfigurationError {
        let place = "\(file):\(node.mark?.line ?? 1)"
        return ConfigurationError(path.isEmpty ? place : "\(place): \(path)", sentence)
    }

    private func described(_ error: any Error) -> ConfigurationError {
        guard let error = error as? YamlError else { return ConfigurationError(file, "\(error)") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ConfigurationError("\(file):\(mark.line)", "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            return ConfigurationError(
                "\(file):\(context.mark.line)",
                "\(keys.sorted().joined(separator: ", ")): given twice among the keys that begin on this line")
        case .reader(let problem, _, _, _): return ConfigurationError(file, "not YAML: \(problem)")
        default: return ConfigurationError(file, "not YAML: \(error)")
        }
    }
}
