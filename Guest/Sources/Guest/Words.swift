internal import BalloonDriver

extension DriverState {
    var word: StaticString {
        switch self {
        case .stopped: "stopped"
        case .running: "running"
        case .failed: "failed"
        }
    }
}

extension DriverCondition {
    var word: StaticString {
        switch self {
        case .stopped: "stopped"
        case .failed: "failed"
        case .atTarget: "at-target"
        case .inflating: "inflating"
        case .deflating: "deflating"
        case .targetBeyondMemory: "target-beyond-memory"
        case .outOfPages: "out-of-pages"
        case .heldOff: "held-off"
        }
    }
}

extension DriverError {
    var word: StaticString {
        switch self {
        case .noDevice: "no-device"
        case .notABalloon: "not-a-balloon"
        case .legacyDevice: "legacy-device"
        case .resetTimedOut: "reset-timed-out"
        case .featuresRefused: "features-refused"
        case .queueMissing: "queue-missing"
        case .configurationUnstable: "configuration-unstable"
        case .queue: "queue-broken"
        case .deviceSilent: "device-silent"
        case .deviceNeedsReset: "device-needs-reset"
        case .deviceWasReset: "device-was-reset"
        case .workspaceTooSmall: "workspace-too-small"
        case .notRunning: "not-running"
        }
    }
}
