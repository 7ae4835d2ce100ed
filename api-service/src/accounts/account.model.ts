import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { Role } from '../auth/scopes.ts';

/** A row of `accounts`. */
export interface Account extends Model<InferAttributes<Account>, InferCreationAttributes<Account>> {
  id: string;
  email: string;
  passwordHash: string;
  role: CreationOptional<Role>;
  emailVerifiedAt: CreationOptional<Date | null>;
  disabledAt: CreationOptional<Date | null>;
  totpSecret: CreationOptional<Buffer | null>;
  /** Since then a login takes a code. */
  totpConfirmedAt: CreationOptional<Date | null>;
  /** bigint, as a string: the last code that was taken belongs to it. */
  totpLastStep: CreationOptional<string>;
  recoveryCodes: CreationOptional<string[]>;
  /** bigint, as a string. */
  version: CreationOptional<string>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const defineAccount = (sequelize: Sequelize) =>
  sequelize.define<Account>(
    'Account',
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      email: DataTypes.TEXT,
      passwordHash: DataTypes.TEXT,
      role: DataTypes.TEXT,
      emailVerifiedAt: DataTypes.DATE,
      disabledAt: DataTypes.DATE,
      totpSecret: DataTypes.BLOB,
      totpConfirmedAt: DataTypes.DATE,
      totpLastStep: DataTypes.BIGINT,
      recoveryCodes: DataTypes.ARRAY(DataTypes.TEXT),
      version: DataTypes.BIGINT,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
    },
    { tableName: 'accounts', underscored: true, timestamps: false },
  );
